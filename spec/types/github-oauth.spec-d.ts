/** What the compiler knows of a provider of GitHub with and without OAuth: checked by `tsc`, never run. */
import type { Connection } from 'mongoose';
import { expectTypeOf } from 'vitest';
import { createIntegrations, type HasOAuth2, type InferSchema } from '../../lib/index.js';
import type { connectableCredentialSchema } from '../../providers/github/credential-schema.js';
import {
  createGitHub,
  type GitHubCredentials,
  type GitHubMetadata,
  type GitHubOptions,
} from '../../providers/github/index.js';
import type { metadataSchema } from '../../providers/github/metadata-schema.js';

const oauth = { clientId: 'Iv23', clientSecret: 'secret' };
const plain = createGitHub();
const connectable = createGitHub({ oauth, webhooks: { push: ({ payload }) => payload.ref } });

// What is written out for people is what the schemas say.
expectTypeOf<Omit<GitHubCredentials, 'accessToken'>>().toEqualTypeOf<InferSchema<typeof connectableCredentialSchema>>();
expectTypeOf<GitHubMetadata>().toEqualTypeOf<InferSchema<typeof metadataSchema>>();

expectTypeOf(connectable).toExtend<HasOAuth2<GitHubCredentials, GitHubMetadata>>();
expectTypeOf(plain).not.toExtend<HasOAuth2<GitHubCredentials, GitHubMetadata>>();

const integrations = createIntegrations({
  connection: {} as Connection,
  encryptionKeys: [],
  providers: { plain, connectable },
});

void integrations.create({ provider: 'connectable', name: 'Connected later', credentials: {} });
void integrations.create({ provider: 'connectable', name: 'With a token', credentials: { token: 'ghp_…' } });
// @ts-expect-error without OAuth each has a token
void integrations.create({ provider: 'plain', name: 'Without a token', credentials: {} });

declare const options: GitHubOptions;
// @ts-expect-error nobody knows whether there is an app in them
createGitHub(options);
