/**
 * A process that prunes a collection when it gets a message, and sends how far it is after each chunk; in the end the
 * result.
 */
import mongoose from 'mongoose';
import { createIntegrations, type PruneTarget } from '../../lib/index.js';

export interface PruneWorkerSettings {
  readonly uri: string;
  readonly only: readonly PruneTarget[];
}

const { uri, only } = JSON.parse(process.argv[2] ?? '') as PruneWorkerSettings;
const connection = await mongoose.createConnection(uri).asPromise();
const integrations = createIntegrations({
  connection,
  encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 5).toString('base64') }],
  logger: false,
});

const send = (message: object) => void process.send?.(message);
process.on('message', () => void integrations.prune({ only, onProgress: send }).then(send));
process.once('disconnect', () => process.exit());
send({ ready: true });
