import { describe, expect, it } from 'vitest';
import { createOAuth2Client, hasOAuth2, type OAuth2ClientConfig } from '../../../../lib/index.js';

const good: OAuth2ClientConfig = { issuer: 'https://id.example' };

describe('createOAuth2Client()', () => {
  it('gives all that HasOAuth2 needs', () => {
    expect(hasOAuth2(createOAuth2Client(good))).toBe(true);
  });

  it('refreshes five minutes ahead, or as asked for', () => {
    expect(createOAuth2Client(good).refreshThreshold()).toBe(300);
    expect(createOAuth2Client({ ...good, refreshThresholdSeconds: 60 }).refreshThreshold()).toBe(60);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['neither issuer nor token endpoint', { scopes: ['a'] }],
    ['no authorization endpoint', { tokenEndpoint: 'https://id.example/token' }],
    ['an issuer that is no URL', { issuer: 'id.example' }],
    ['an endpoint with a password', { ...good, jwksUri: 'https://me:secret@id.example/jwks' }],
    ['a member that nobody knows', { ...good, scope: 'a' }],
    ['an authentication method that nobody knows', { ...good, clientAuthentication: 'client_secret_jwt' }],
    ['scopes as a text', { ...good, scopes: 'a b' }],
    ['a state of its own', { ...good, authorizationParameters: { state: 'fixed' } }],
    ['another way to prove', { ...good, authorizationParameters: { code_challenge_method: 'plain' } }],
    ['a second secret', { ...good, tokenParameters: { client_secret: 'secret' } }],
    ['functions without hosts', { ...good, issuer: () => 'https://id.example' }],
    ['a place for what is no token', { ...good, tokenResponse: { additional: { accessToken: 'x' } } }],
    ['a URL without hosts', { ...good, tokenResponse: { additional: { url: { from: 'x' } } } }],
    ['a kind of errors that nobody knows', { ...good, tokenErrors: { e: 'fatal' } }],
  ])('refuses %s', (_title, config) => {
    expect(() => createOAuth2Client(config as OAuth2ClientConfig)).toThrow(
      expect.objectContaining({ code: 'OPTIONS_INVALID' }) as Error,
    );
  });

  it('shows no password of what it refuses', () => {
    const config = { issuer: 'https://me:hidden-password@id.example' };
    expect(() => createOAuth2Client(config)).toThrow(expect.not.stringContaining('hidden-password') as string);
  });
});
