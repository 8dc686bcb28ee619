import { describe, expect, it } from 'vitest';
import { createKeyRing } from '../../../lib/credentials/key-ring.js';
import { createFingerprints } from '../../../lib/fingerprint/fingerprints.js';

const key = (id: string, byte: number) => ({ id, secret: Buffer.alloc(32, byte).toString('base64') });
const old = key('2025', 1);
const young = key('2026', 2);

const before = createFingerprints(createKeyRing([old]));
const during = createFingerprints(createKeyRing([young, old]));
const after = createFingerprints(createKeyRing([young]));

describe('fingerprints', () => {
  it('are the same for equal values, whatever the order of their keys', () => {
    expect(before.current({ a: 1, b: [2] })).toEqual(before.current({ b: [2], a: 1 }));
  });

  it('differ for different values', () => {
    expect(before.current({ amount: 1 }).hash).not.toBe(before.current({ amount: '1' }).hash);
  });

  it('are made with the current key, and name it', () => {
    expect(during.current('x')).toEqual({ hash: after.current('x').hash, keyId: '2026' });
  });

  it('can be made with the key of an older one, to compare with it', () => {
    expect(during.of('x', '2025')).toEqual(before.current('x'));
  });

  it('cannot be compared with one whose key is gone', () => {
    expect(after.of('x', '2025')).toBeNull();
  });

  it('depend on the key: without it nobody can try values out', () => {
    expect(before.current('x').hash).not.toBe(after.current('x').hash);
  });

  it('are of fixed length and show nothing of the value', () => {
    expect(before.current({ secret: 'hunter22' }).hash).toMatch(/^[\w-]{43}$/);
  });

  it('refuse what cannot be compared', () => {
    expect(() => before.current({ stream: () => 1 })).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });
});
