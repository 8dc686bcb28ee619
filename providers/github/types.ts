import type { InferSchema, IntegrationDocument } from '../../lib/index.js';
import type { connectableCredentialSchema } from './credential-schema.js';
import type { metadataSchema } from './metadata-schema.js';

/** The opened credentials of a GitHub integration. Without OAuth `token` is always there. */
export type GitHubCredentials = InferSchema<typeof connectableCredentialSchema> & {
  /** Of the connection by OAuth, where there is one. */
  readonly accessToken?: string;
};

/** The metadata of a GitHub integration. */
export type GitHubMetadata = InferSchema<typeof metadataSchema>;

/** An integration of this provider. */
export type GitHubIntegration = IntegrationDocument<GitHubCredentials, GitHubMetadata>;
