import { describe, expect, it } from 'vitest';
import { github } from '../../../providers/github/index.js';
import { createProviderRegistry } from '../../../providers/registry.js';

const registry = createProviderRegistry();
registry.register('github', github);
const { validateCredentials, validateMetadata } = registry.get('github');

describe("GitHub's credentials", () => {
  it.each([
    'github_pat_11ABCDEFG0aBcDeFgHiJkL_mNoPqRsTuVwXyZ0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJK',
    `ghp_${'a'.repeat(36)}`,
    `gho_${'a'.repeat(36)}`,
    `ghu_${'a'.repeat(36)}`,
    `ghs_${'a'.repeat(36)}`,
    `ghs_123456_eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxIn0.${'a-_'.repeat(120)}`,
    '0123456789abcdef0123456789abcdef01234567',
  ])('take the token %s', (token) => {
    expect(validateCredentials({ token })).toEqual({ token });
  });

  it.each([
    `ghr_${'a'.repeat(36)}`,
    `Bearer ghp_${'a'.repeat(36)}`,
    `ghp_${'a'.repeat(36)}\n`,
    ' '.repeat(40),
    'ghp_short',
    'glpat-abcdefghijklmnopqrst',
    '',
    7,
  ])('refuse the token %j, without repeating it', (token) => {
    const attempt = () => validateCredentials({ token });
    expect(attempt).toThrow(expect.objectContaining({ code: 'CREDENTIALS_INVALID' }));
    expect(attempt).not.toThrow(/Bearer ghp|aaaa|ghp_short|glpat/);
  });

  it('may have a webhook secret, and the previous one', () => {
    const secrets = { webhookSecret: "It's a Secret to Everybody", previousWebhookSecret: 'x' };
    const token = `ghp_${'a'.repeat(36)}`;
    expect(validateCredentials({ token, ...secrets })).toEqual({ token, ...secrets });
    expect(() => validateCredentials({ token, webhookSecret: '' })).toThrow(
      expect.objectContaining({ code: 'CREDENTIALS_INVALID' }),
    );
  });

  it('refuse members of other APIs', () => {
    expect(() => validateCredentials({ token: `ghp_${'a'.repeat(36)}`, password: 'x' })).toThrow(
      /password: expected no such key/,
    );
  });
});

describe("GitHub's metadata", () => {
  it.each([
    {},
    { owner: 'octocat' },
    { owner: 'octo_corp', repo: '.github' },
    { owner: 'a-b', repo: 'Hello.World_1-2' },
    { installationId: 35490125 },
    { baseUrl: 'https://ghe.example.com/api/v3' },
    { baseUrl: 'https://api.octocorp.ghe.com' },
    { baseUrl: 'https://10.0.0.1:8443/api/v3/' },
    { baseUrl: 'http://127.0.0.1:40123' },
    { baseUrl: 'http://localhost/api/v3' },
    { baseUrl: 'http://[::1]:3000' },
  ])('take %j', (metadata) => {
    expect(validateMetadata(metadata)).toEqual(metadata);
  });

  it.each([
    { owner: 'octo/cat' },
    { owner: '..' },
    { repo: '..' },
    { repo: '.' },
    { repo: 'a/b' },
    { repo: 'a b' },
    { baseUrl: 'http://ghe.example.com' },
    { baseUrl: 'http://localhost.evil.com' },
    { baseUrl: 'http://127.0.0.1.evil.com' },
    { baseUrl: 'http://127.0.0.1@evil.com' },
    { baseUrl: 'https://user:pw@ghe.example.com' },
    { baseUrl: 'https://ghe.example.com/?a=b' },
    { baseUrl: 'https://ghe.example.com/#a' },
    { baseUrl: 'https://ghe.example.com\\@evil.com' },
    { baseUrl: 'ftp://ghe.example.com' },
    { baseUrl: 'ghe.example.com' },
    { installationId: '35490125' },
    { installationId: 0 },
    { organisation: 'octocat' },
  ])('refuse %j', (metadata) => {
    expect(() => validateMetadata(metadata)).toThrow(expect.objectContaining({ code: 'METADATA_INVALID' }));
  });
});
