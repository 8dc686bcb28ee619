import { defineProvider, RateLimit, reduceCheckpointsByMax } from '../../lib/index.js';
import { apiRoot } from './addresses.js';
import { authenticatedUser } from './authenticated-user.js';
import { authorize } from './authorize.js';
import { connectableCredentialSchema, credentialSchema } from './credential-schema.js';
import { healthCheck } from './health-check.js';
import { issueSynced } from './issues/github-issue.js';
import { sync, syncIncremental } from './issues/list-issues.js';
import { metadataSchema } from './metadata-schema.js';
import { classifyFailure, isRetryable, responseMetadata, retryDelayMs } from './rate-limit.js';
import { sensitiveResponseFields } from './sensitive-fields.js';

const members = {
  name: 'GitHub',
  metadataSchema,
  http: {
    baseUrl: apiRoot,
    headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
    authorize,
    responseMetadata,
  },
  healthCheck,
  authenticatedUser,
  // What is sent is the application's own: titles, texts, labels.
  sensitiveRequestFields: () => [],
  sensitiveResponseFields: () => sensitiveResponseFields,
  isRetryable,
  retryDelayMs,
  classifyFailure,
  sync,
  syncIncremental,
  syncItemEvents: () => [issueSynced.eventClass],
  defaultSyncInterval: () => 5,
  // GitHub allows 5,000 an hour to all that a user or an app runs: the rest is for the others.
  defaultRateLimit: () => RateLimit.perMinute(60),
  // Of times that are all written alike.
  reduceCheckpoints: reduceCheckpointsByMax,
  checkpointOrder: 'ascending',
  // Issues can be deleted, and transferred to other repositories.
  detectDeletions: true,
} as const;

/**
 * GitHub's REST API, on github.com or a GitHub Enterprise of your own.
 *
 * @see https://docs.github.com/en/rest
 */
export const restApi = defineProvider({ ...members, credentialSchema });

/** The same, for integrations that need no token of their own because users connect them. */
export const connectableRestApi = defineProvider({ ...members, credentialSchema: connectableCredentialSchema });
