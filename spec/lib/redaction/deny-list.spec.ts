import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDenyList } from '../../../lib/redaction/deny-list.js';

const denyList = createDenyList(['tax_id', 'shoeSize']);

const secretNames = [
  ...['authorization', 'Authorization', 'Proxy-Authorization', 'Cookie', 'Set-Cookie', 'cookies'],
  ...['token', 'access_token', 'refreshToken', 'id-token', 'X-CSRF-Token', 'tokens', 'bot.token'],
  ...['secret', 'client_secret', 'clientSecret', 'SecretString', 'AWS_SECRET_ACCESS_KEY', 'secretValue'],
  ...['password', 'Password', 'new_password', 'passwordConfirmation', 'pass_word', 'passwd', 'pwd', 'passphrase'],
  ...['api_key', 'apiKey', 'X-Api-Key', 'x_api_keys', 'private_key', 'signingKey', 'encryption key'],
  ...['credential', 'credentials', 'session', 'sessionId', 'JSESSIONID', 'PHPSESSID', 'connect.sid'],
  ...['otp', 'cvv', 'csrf', 'jwt', 'client_assertion', 'SAMLResponse', 'code_verifier', 'Idempotency-Key'],
  ...['user[password]', 'user[token]', 'user%5Btoken%5D', 'tax_id', 'taxId', 'TAX-ID', 'shoe_size'],
];

const harmlessNames = [
  ...['id', 'name', 'key', 'code', 'sig', 'signature', 'author', 'authorized', 'tokenize', 'token_type', 'secretary'],
  ...['next_page_token', 'nextPageToken', 'syncToken', 'max_tokens', 'prompt_tokens', 'totalTokens'],
  ...['passenger', 'bypass', 'compass', 'passed', 'sessions', 'session_count', 'keys', 'primaryKey', ''],
];

describe('createDenyList', () => {
  it.each(secretNames)('denies %j', (name) => {
    expect(denyList.denies(name)).toBe(true);
  });

  it.each(harmlessNames)('does not deny %j', (name) => {
    expect(denyList.denies(name)).toBe(false);
  });

  it.each(['sig', 'signature', 'X-Amz-Signature', 'X-Amz-Credential', 'key', 'code', 'access_token'])(
    'denies %j in a URL',
    (name) => {
      expect(denyList.deniesParameter(name)).toBe(true);
    },
  );

  it.each(['X-Hub-Signature-256', 'Stripe-Signature', 'Cookie'])('denies %j as a header', (name) => {
    expect(denyList.deniesHeader(name)).toBe(true);
  });

  it('knows an extra name as a whole name only', () => {
    expect(denyList.denies('tax_id')).toBe(true);
    expect(denyList.denies('tax_id_type')).toBe(false);
    expect(createDenyList().denies('tax_id')).toBe(false);
  });

  it('takes an extra name for itself, whatever characters it has', () => {
    const odd = createDenyList(['a+b', '(', '']);
    expect(odd.denies('a+b')).toBe(true);
    expect(odd.denies('(')).toBe(true);
    expect(odd.denies('aab')).toBe(false);
    expect(odd.denies('anything')).toBe(false);
  });

  it('never overlooks a denied name in a text', () => {
    const separators = fc.constantFrom('-', '_', '.', '', ' ');
    const names = fc.tuple(fc.constantFrom(...secretNames), separators, fc.string({ maxLength: 5 }));
    const property = fc.property(names, ([name, separator, other]) => {
      const longer = other + separator + name;
      if (denyList.denies(longer)) expect(denyList.mayBeIn(`{"${longer}":1}`)).toBe(true);
    });
    fc.assert(property, { seed: 7, numRuns: 2000 });
  });

  it('answers the same for a name however often it is asked', () => {
    const many = Array.from({ length: 5000 }, (_, index) => `field${index}${index % 2 === 0 ? '_token' : ''}`);
    const answers = () => many.map((name) => denyList.denies(name));
    expect(answers()).toEqual(answers());
    expect(answers().filter(Boolean)).toHaveLength(2500);
  });
});
