/** A process that rotates keys and hangs after its third batch: `rotate-keys-child.ts <uri> <keys as JSON>`. */
import { writeSync } from 'node:fs';
import mongoose from 'mongoose';
import { createKeyRing, type EncryptionKey } from '../../../lib/credentials/key-ring.js';
import { rotateKeys } from '../../../lib/credentials/rotate-keys.js';
import { openFixture } from '../integration-store/store-fixture.js';

const [uri = '', keys = '[]'] = process.argv.slice(2);
const connection = await mongoose.createConnection(uri).asPromise();
let batches = 0;
await rotateKeys({
  model: openFixture(connection).models.Integration,
  kept: [],
  keyRing: createKeyRing(JSON.parse(keys) as EncryptionKey[]),
  batchSize: 10,
  onProgress: () => {
    batches += 1;
    if (batches < 3) return;
    writeSync(process.stdout.fd, 'hanging\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
});
