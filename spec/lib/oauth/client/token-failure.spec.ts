import { describe, expect, it } from 'vitest';
import { isFailure, tokenFailure, type JudgedAnswer } from '../../../../lib/oauth/client/token-failure.js';
import type { PlainObject } from '../../../../lib/index.js';

const facts = { request: 'POST https://id.example/token', codes: {}, secrets: ['the-code', ''] };

const answer = (status: number, body: PlainObject | null, headers = {}): JudgedAnswer => ({
  ...{ status, body, headers, text: '' },
});

describe('an answer of a token endpoint', () => {
  it.each<[boolean, number, PlainObject | null]>([
    [false, 200, { access_token: 'a' }],
    [false, 200, { access_token: 'a', error: 'not_really' }],
    [true, 200, { error: 'bad_verification_code' }],
    [true, 200, { ok: false, access_token: 'a' }],
    [true, 400, { access_token: 'a' }],
    [true, 302, null],
    [false, 201, { access_token: 'a', error: null }],
  ])('is a failure: %s, with status %i and %j', (expected, status, body) => {
    expect(isFailure(answer(status, body))).toBe(expected);
  });
});

describe('the error for a refusal', () => {
  it.each<[number, PlainObject | null, string]>([
    [400, { error: 'invalid_grant' }, 'OAUTH_GRANT_INVALID'],
    [400, { error: 'unauthorized_client' }, 'OAUTH_CLIENT_INVALID'],
    [401, null, 'OAUTH_CLIENT_INVALID'],
    [400, { error: 'invalid_scope' }, 'OAUTH_EXCHANGE_FAILED'],
    [400, { error: { message: 'Nested.' } }, 'OAUTH_EXCHANGE_FAILED'],
    [404, null, 'OAUTH_EXCHANGE_FAILED'],
    [400, { error: 'temporarily_unavailable' }, 'RETRYABLE'],
    [429, { error: 'invalid_grant' }, 'RETRYABLE'],
    [502, null, 'RETRYABLE'],
    [400, { error: 'constructor' }, 'OAUTH_EXCHANGE_FAILED'],
  ])('of status %i with %j is %s', (status, body, code) => {
    expect(tokenFailure(answer(status, body), facts)).toMatchObject({ code, details: { status } });
  });

  it('goes by what the provider knows of its codes, first', () => {
    const own = { ...facts, codes: { invalid_grant: 'client' } as const };
    expect(tokenFailure(answer(400, { error: 'invalid_grant' }), own).code).toBe('OAUTH_CLIENT_INVALID');
  });

  it.each(['<script>', 'two words', 'x'.repeat(65), ''])('does not repeat %j for a code', (error) => {
    const failure = tokenFailure(answer(400, { error }), facts);
    expect(failure).toMatchObject({ details: { error: null }, message: 'POST https://id.example/token answered 400.' });
  });

  it('keeps the description for those who look for it, without what was sent', () => {
    const body = { error: 'invalid_grant', error_description: 'No the-code\r\nknown.\u202E' };
    const failure = tokenFailure(answer(400, body), facts);
    expect(failure.details.description).toBe('No [REDACTED] known. ');
    expect(failure.message).not.toContain('known');
  });

  it('cuts a long one', () => {
    const failure = tokenFailure(answer(400, { error_description: 'x'.repeat(5_000) }), facts);
    expect(failure.details.description).toHaveLength(300);
  });

  it.each([
    [{ 'retry-after': '30' }, 30],
    [{}, null],
  ])('says how long to wait for %j', (headers, retryAfterSeconds) => {
    expect(tokenFailure(answer(503, null, headers), facts)).toMatchObject({ retryAfterSeconds });
  });
});
