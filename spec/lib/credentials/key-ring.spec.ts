import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyRing, type EncryptionKey } from '../../../lib/credentials/key-ring.js';
import { isIntegrationError } from '../../../lib/errors.js';

const secret = () => randomBytes(32).toString('base64');

function refusal(keys: unknown): Error {
  try {
    createKeyRing(keys as EncryptionKey[]);
  } catch (error) {
    if (isIntegrationError(error, 'OPTIONS_INVALID')) return error;
  }
  throw new Error('The keys were accepted');
}

describe('createKeyRing', () => {
  it('seals with the first key and finds all of them', () => {
    const ring = createKeyRing([
      { id: '2026-11', secret: secret() },
      { id: '2025-01', secret: secret() },
    ]);
    expect(ring.current.id).toBe('2026-11');
    expect(ring.find('2025-01')?.id).toBe('2025-01');
    expect(ring.find('2024-01')).toBeNull();
  });

  it('takes 32 bytes in base64 and base64url, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.constantFrom('base64', 'base64url', 'hex'),
        (bytes, encoding) => {
          const keys = [{ id: 'k', secret: Buffer.from(bytes).toString(encoding) }];
          if (bytes.length !== 32 || encoding === 'hex') {
            expect(refusal(keys).message).toContain('encryptionKeys[0].secret');
            return;
          }
          expect(createKeyRing(keys).current.key.export()).toEqual(Buffer.from(bytes));
        },
      ),
    );
  });

  it.each([
    ['no keys', [], 'encryptionKeys'],
    ['no list', undefined, 'encryptionKeys'],
    ['null for a key', [{ id: 'a', secret: secret() }, null], 'encryptionKeys[1].id'],
    ['a missing id', [{ secret: secret() }], 'encryptionKeys[0].id'],
    ['an empty id', [{ id: '', secret: secret() }], 'encryptionKeys[0].id'],
    ['an id with blanks', [{ id: 'my key', secret: secret() }], 'encryptionKeys[0].id'],
    ['a missing secret', [{ id: 'a', secret: undefined }], 'encryptionKeys[0].secret'],
    ['a trailing newline', [{ id: 'a', secret: `${secret()}\n` }], 'encryptionKeys[0].secret'],
  ])('refuses %s and names the place', (_name, keys, path) => {
    expect(refusal(keys).message).toMatch(path);
  });

  it('refuses an id that is taken', () => {
    const keys = [
      { id: 'a', secret: secret() },
      { id: 'a', secret: secret() },
    ];
    expect(refusal(keys).message).toBe('encryptionKeys[1].id: expected an id of its own, got "a" again.');
  });

  it('never shows a secret', () => {
    const wrong = `${secret()}x`;
    const error = refusal([{ id: 'a', secret: wrong }]);
    expect(inspect(error, { depth: 10 })).not.toContain(wrong);
    const right = secret();
    const ring = createKeyRing([{ id: 'a', secret: right }]);
    expect(`${inspect(ring, { depth: 10 })}${JSON.stringify(ring)}`).not.toContain(right);
  });
});
