import { randomBytes } from 'node:crypto';
import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { createKeyRing } from '../../../lib/credentials/key-ring.js';
import { sealedWith } from '../../../lib/credentials/sealed-with.js';
import { createSealer } from '../../../lib/credentials/sealer.js';

async function sealedByKey(id: string): Promise<string> {
  const sealer = createSealer(createKeyRing([{ id, secret: randomBytes(32).toString('base64') }]));
  return (await sealer.seal({ integrationId: new Types.ObjectId(), field: 'tokens', value: {} })).sealed;
}

describe('sealedWith', () => {
  it('names each key once', async () => {
    const [first, again, second] = [await sealedByKey('k1'), await sealedByKey('k1'), await sealedByKey('k2')];
    expect(sealedWith(first, again, second)).toEqual(['k1', 'k2']);
  });

  it('leaves out what is absent or no JWE', async () => {
    expect(sealedWith(null, undefined, 'clear text', 'a..b.c.d', await sealedByKey('k1'))).toEqual(['k1']);
  });
});
