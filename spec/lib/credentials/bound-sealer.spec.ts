import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBoundSealer, sealedPrefix, type SealedBinding } from '../../../lib/credentials/bound-sealer.js';
import { createKeyRing } from '../../../lib/credentials/key-ring.js';

const key = (id: string, byte: number) => ({ id, secret: Buffer.alloc(32, byte).toString('base64') });
const sealer = createBoundSealer(createKeyRing([key('2026', 2), key('2025', 1)]));
const place = (binding: string): SealedBinding => ({
  binding,
  what: 'result of a write',
  details: { field: 'result' },
});
const bytes = Buffer.from([0, 255, 10, 13, 0]);

describe('a bound sealer', () => {
  it('gives the bytes back where they were sealed for', async () => {
    const { sealed } = await sealer.seal('1/result', bytes);
    expect(Buffer.from(await sealer.open(place('1/result'), sealed))).toEqual(bytes);
  });

  it('seals with the current key, and names it', async () => {
    expect((await sealer.seal('1/result', bytes)).keyId).toBe('2026');
  });

  it('opens with older keys', async () => {
    const { sealed } = await createBoundSealer(createKeyRing([key('2025', 1)])).seal('1/result', bytes);
    expect(Buffer.from(await sealer.open(place('1/result'), sealed))).toEqual(bytes);
  });

  it('does not open what was sealed for another place', async () => {
    const { sealed } = await sealer.seal('1/result', bytes);
    await expect(sealer.open(place('2/result'), sealed)).rejects.toMatchObject({ code: 'CREDENTIALS_UNDECRYPTABLE' });
  });

  it('does not open what was changed', async () => {
    const { sealed } = await sealer.seal('1/result', bytes);
    const parts = sealed.split('.');
    const changed = [...parts.slice(0, 3), `A${(parts[3] ?? '').slice(1)}x`, parts[4]].join('.');
    await expect(sealer.open(place('1/result'), changed)).rejects.toMatchObject({ code: 'CREDENTIALS_UNDECRYPTABLE' });
  });

  it('names the key that is missing, and where the value belongs', async () => {
    const { sealed } = await createBoundSealer(createKeyRing([key('2019', 9)])).seal('1/result', bytes);
    await expect(sealer.open(place('1/result'), sealed)).rejects.toMatchObject({
      code: 'ENCRYPTION_KEY_MISSING',
      details: { field: 'result', keyId: '2019' },
    });
  });
});

describe('sealedPrefix()', () => {
  const keyId = fc.stringMatching(/^[\w.:-]{1,64}$/u);

  it('tells from the text alone what was sealed with a key, whatever for', () =>
    fc.assert(
      fc.asyncProperty(keyId, keyId, fc.string(), async (id, other, binding) => {
        fc.pre(id !== other);
        const { sealed } = await createBoundSealer(createKeyRing([key(id, 1)])).seal(binding, bytes);
        expect(sealed.startsWith(sealedPrefix())).toBe(true);
        expect(sealed.startsWith(sealedPrefix(id))).toBe(true);
        expect(sealed.startsWith(sealedPrefix(other))).toBe(false);
      }),
      { seed: 9 },
    ));
});
