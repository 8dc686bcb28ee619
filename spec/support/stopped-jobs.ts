/**
 * A process that runs a job, with the usual locks of a minute, stops its instance and closes its connection. It ends by
 * itself, or a timer or handle is left. Argument: the database's URI. Prints when it was done, in epoch milliseconds.
 */
import mongoose from 'mongoose';
import { createIntegrations } from '../../lib/index.js';

const [uri = ''] = process.argv.slice(2);
const connection = await mongoose.createConnection(uri).asPromise();
const integrations = createIntegrations({
  connection,
  prefix: 'stopped_jobs',
  encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 3).toString('base64') }],
  logger: false,
});
const ran = new Promise<void>((resolve) => {
  integrations.agenda.define('quick', async () => resolve());
});
await integrations.start();
await integrations.agenda.now('quick', {});
await ran;
await integrations.stop();
await connection.close();
console.log(Date.now());
