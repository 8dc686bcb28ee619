import { createSecretKey, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { CompactEncrypt, decodeProtectedHeader, type CompactJWEHeaderParameters } from 'jose';
import { Types } from 'mongoose';
import { describe, expect, it, vi } from 'vitest';
import { createKeyRing, type EncryptionKey } from '../../../lib/credentials/key-ring.js';
import type { SealedValue } from '../../../lib/credentials/bound-sealer.js';
import { createSealer } from '../../../lib/credentials/sealer.js';

const newKey = (id: string): EncryptionKey => ({ id, secret: randomBytes(32).toString('base64') });

const key = newKey('k1');
const sealer = createSealer(createKeyRing([key]));
const here = { integrationId: new Types.ObjectId(), field: 'credentials' } as const;
const undecryptable = expect.objectContaining({ code: 'CREDENTIALS_UNDECRYPTABLE' });

/** Something sealed with the right key by other rules. */
async function forged(header: Partial<CompactJWEHeaderParameters>, plaintext = '{"token":"t"}'): Promise<string> {
  const all = {
    alg: 'dir',
    enc: 'A256GCM',
    kid: 'k1',
    'sealed-for': `${String(here.integrationId)}/credentials`,
    ...header,
  };
  return new CompactEncrypt(Buffer.from(plaintext))
    .setProtectedHeader(all)
    .encrypt(createSecretKey(key.secret, 'base64'), { crit: { 'sealed-for': true, new: true } });
}

describe('seal and open', () => {
  it('gives back any JSON object', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        const { sealed } = await sealer.seal({ ...here, value });
        expect(await sealer.open({ ...here, sealed })).toEqual(plain);
      }),
      { numRuns: 50 },
    );
  });

  it('shows the key id and what it is sealed for, and nothing of the value', async () => {
    const { sealed, keyId } = await sealer.seal({ ...here, value: { token: 'a-secret-token' } });
    expect(keyId).toBe('k1');
    expect(decodeProtectedHeader(sealed)).toEqual({
      alg: 'dir',
      enc: 'A256GCM',
      kid: 'k1',
      crit: ['sealed-for'],
      'sealed-for': `${String(here.integrationId)}/credentials`,
    });
    const parts = sealed.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    expect(parts.join()).not.toContain('a-secret-token');
  });

  it('never seals the same value to the same text', async () => {
    const sealings = await Promise.all([1, 2].map(() => sealer.seal({ ...here, value: { token: 't' } })));
    expect(sealings[0]?.sealed).not.toBe(sealings[1]?.sealed);
  });

  it('seals with the first key and opens with any', async () => {
    const [old, young] = [newKey('old'), newKey('young')];
    const { sealed } = await createSealer(createKeyRing([old])).seal({ ...here, value: { token: 't' } });
    const both = createSealer(createKeyRing([young, old]));
    expect(await both.open({ ...here, sealed })).toEqual({ token: 't' });
    expect((await both.seal({ ...here, value: {} })).keyId).toBe('young');
  });

  it('refuses to seal what cannot be JSON', async () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    for (const value of [{ n: 1n }, circle, undefined, null, []]) {
      const attempt = sealer.seal({ ...here, value: value as Record<string, unknown> });
      await expect(attempt).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
    }
  });
});

describe('open', () => {
  it('refuses a ciphertext moved to another record or field, opened here before or not', async () => {
    const { sealed } = await sealer.seal({ ...here, value: { token: 't' } });
    const elsewhere = [
      { ...here, integrationId: new Types.ObjectId() },
      { ...here, field: 'tokens' as const },
    ];
    for (const place of elsewhere) await expect(sealer.open({ ...place, sealed })).rejects.toEqual(undecryptable);
    await sealer.open({ ...here, sealed });
    for (const place of elsewhere) await expect(sealer.open({ ...place, sealed })).rejects.toEqual(undecryptable);
    for (const place of elsewhere) await expect(sealer.secrets({ ...place, sealed })).rejects.toEqual(undecryptable);
  });

  it('refuses a ciphertext with any character changed', async () => {
    const { sealed } = await sealer.seal({ ...here, value: { token: 't' } });
    const replacements = fc.record({ at: fc.nat(sealed.length - 1), by: fc.constantFrom('A', 'z', '7', '-', '.') });
    await fc.assert(
      fc.asyncProperty(replacements, async ({ at, by }) => {
        const changed = `${sealed.slice(0, at)}${by}${sealed.slice(at + 1)}`;
        fc.pre(sameBytes(changed) !== sameBytes(sealed));
        await expect(sealer.open({ ...here, sealed: changed })).rejects.toMatchObject({
          code: expect.stringMatching(/^(CREDENTIALS_UNDECRYPTABLE|ENCRYPTION_KEY_MISSING)$/),
        });
      }),
    );
  });

  it('names the key it lacks', async () => {
    const { sealed } = await createSealer(createKeyRing([newKey('lost')])).seal({ ...here, value: {} });
    await expect(sealer.open({ ...here, sealed })).rejects.toMatchObject({
      code: 'ENCRYPTION_KEY_MISSING',
      message: expect.stringContaining('"lost"'),
      details: { keyId: 'lost', field: 'credentials', integrationId: String(here.integrationId) },
    });
  });

  it('refuses another key under the same id', async () => {
    const { sealed } = await createSealer(createKeyRing([newKey('k1')])).seal({ ...here, value: {} });
    await expect(sealer.open({ ...here, sealed })).rejects.toEqual(undecryptable);
  });

  it.each([
    ['compressed', { zip: 'DEF' }],
    ['not bound', { 'sealed-for': undefined }],
    ['bound to something else', { 'sealed-for': 'x/credentials' }],
    ['with an extension nobody knows', { crit: ['new'], new: true }],
  ])('refuses what is %s, even when the key is right', async (_name, header) => {
    await expect(sealer.open({ ...here, sealed: await forged(header) })).rejects.toEqual(undecryptable);
  });

  it.each(['null', '[]', '"text"', 'secret that is no JSON'])(
    'refuses %s inside, and quotes nothing',
    async (plaintext) => {
      const error: unknown = await sealer
        .open({ ...here, sealed: await forged({}, plaintext) })
        .catch((e: unknown) => e);
      expect(error).toEqual(undecryptable);
      expect(inspect(error, { depth: 10 })).not.toContain('secret that');
    },
  );

  it.each(['', 'clear text', '{"token":"t"}', 'a..b.c.d'])('refuses %j', async (sealed) => {
    await expect(sealer.open({ ...here, sealed })).rejects.toEqual(undecryptable);
  });

  it('gives every reader an object of its own', async () => {
    const { sealed } = await sealer.seal({ ...here, value: { token: 't', app: { id: 'a' } } });
    const first = await sealer.open({ ...here, sealed });
    Object.assign(first, { token: 'changed', app: null });
    expect(await sealer.open({ ...here, sealed })).toEqual({ token: 't', app: { id: 'a' } });
  });

  it('opens again without decrypting, until others were opened since', async () => {
    const ring = createKeyRing([key]);
    const find = vi.fn(ring.find);
    const caching = createSealer({ ...ring, find }, { cacheSize: 2 });
    const [first, second, third] = await Promise.all([1, 2, 3].map((n) => caching.seal({ ...here, value: { n } })));
    const open = async (value: SealedValue | undefined) => caching.open({ ...here, sealed: value?.sealed ?? '' });
    for (let i = 0; i < 10; i += 1) expect(await open(first)).toEqual({ n: 1 });
    expect(find).toHaveBeenCalledTimes(1);
    await open(second);
    await open(third);
    expect(await open(first)).toEqual({ n: 1 });
    expect(find).toHaveBeenCalledTimes(4);
  });
});

describe('secrets', () => {
  it('is one list for one ciphertext', async () => {
    const { sealed } = await sealer.seal({ ...here, value: { token: 'long-enough', user: 'short' } });
    const secrets = await sealer.secrets({ ...here, sealed });
    expect(secrets).toEqual(['long-enough']);
    expect(await sealer.secrets({ ...here, sealed })).toBe(secrets);
  });
});

/** Base64url can spell the last bits of a part in several ways: those are no change. */
function sameBytes(jwe: string): string {
  const [header = '', ...parts] = jwe.split('.');
  return [header, ...parts.map((part) => Buffer.from(part, 'base64url').toString('hex'))].join('.');
}
