import { describe, expect, it } from 'vitest';
import { knownSecrets } from '../../../lib/credentials/known-secrets.js';

describe('knownSecrets', () => {
  it('finds every string of 8 characters and more, however deep', () => {
    const value = {
      token: 'abcdefgh',
      short: 'abcdefg',
      app: { keys: ['first-key', { pem: 'second-key' }] },
      port: 12345678,
    };
    expect(knownSecrets(value)).toEqual(['abcdefgh', 'first-key', 'second-key']);
  });

  it('names a value once', () => {
    expect(knownSecrets({ a: 'same-secret', b: ['same-secret'] })).toEqual(['same-secret']);
  });

  it.each(['https://api.example.com/v1', 'HTTP://EXAMPLE.COM', 'me@example.com'])('leaves out %s', (value) => {
    expect(knownSecrets({ value })).toEqual([]);
  });

  it.each(['https://me:hunter2@example.com', 'me@example.com/token:abc123', 'user:password@host', 'see https://x.y'])(
    'takes %s for a secret',
    (value) => {
      expect(knownSecrets({ value })).toEqual([value]);
    },
  );

  it('finds nothing in what has no strings', () => {
    expect([null, undefined, 3, {}, []].flatMap(knownSecrets)).toEqual([]);
  });
});
