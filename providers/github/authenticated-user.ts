import { IntegrationError, type AuthenticatedUser, type IntegrationDocument } from '../../lib/index.js';
import type { GitHubCredentials, GitHubMetadata } from './types.js';

const userSchema = {
  title: 'GitHub user',
  type: 'object',
  properties: {
    id: { type: 'integer' },
    login: { type: 'string' },
    name: { type: ['string', 'null'] },
    email: { type: ['string', 'null'] },
  },
  required: ['id', 'login'],
} as const;

/** Who the token acts as (GET /user); tokens of installations act as nobody, and are refused by GitHub. */
export async function authenticatedUser(
  integration: IntegrationDocument<GitHubCredentials, GitHubMetadata>,
): Promise<AuthenticatedUser> {
  const user = await integration.at('/user').as(userSchema).get();
  if (user === null) throw new IntegrationError('RESPONSE_NOT_JSON', 'GET /user was answered without a body.');
  return {
    id: String(user.id),
    name: user.name ?? user.login,
    ...(typeof user.email === 'string' && { email: user.email }),
    raw: user,
  };
}
