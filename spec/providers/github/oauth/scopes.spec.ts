import { expect, it } from 'vitest';
import { normalizedScopes } from '../../../../providers/github/oauth/scopes.js';

it.each([
  [
    ['user', 'gist', 'user:email'],
    ['user', 'gist'],
  ],
  [['read:org', 'admin:org'], ['admin:org']],
  [['repo', 'repo'], ['repo']],
  [
    ['public_repo', 'read:user'],
    ['public_repo', 'read:user'],
  ],
  [[], []],
])('makes of %j %j, as GitHub does', (scopes, expected) => {
  expect(normalizedScopes(scopes)).toEqual(expected);
});
