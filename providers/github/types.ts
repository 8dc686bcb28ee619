import type { InferSchema, IntegrationDocument } from '../../lib/index.js';
import type { credentialSchema } from './credential-schema.js';
import type { metadataSchema } from './metadata-schema.js';

/** The opened credentials of a GitHub integration. */
export type GitHubCredentials = InferSchema<typeof credentialSchema>;

/** The metadata of a GitHub integration. */
export type GitHubMetadata = InferSchema<typeof metadataSchema>;

/** An integration of this provider. */
export type GitHubIntegration = IntegrationDocument<GitHubCredentials, GitHubMetadata>;
