/**
 * A process that makes a call, stops its instance, reports what is still open, and closes its connection. It ends by
 * itself, or a handle is left. Arguments: the database's URI, the API's origin.
 */
import mongoose from 'mongoose';
import { createIntegrations } from '../../lib/index.js';
import { localProvider } from './local-provider.js';

const [uri = '', origin = ''] = process.argv.slice(2);
const connection = await mongoose.createConnection(uri).asPromise();
const atFirst = process.getActiveResourcesInfo();
const integrations = createIntegrations({
  connection,
  prefix: 'stopped_process',
  encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 3).toString('base64') }],
  http: { allowedPrivateHosts: ['127.0.0.1'] },
  logger: false,
  providers: { local: localProvider({ origin }) },
});
await integrations.start();
const integration = await integrations.create({ provider: 'local', name: 'Local', credentials: { token: 'a-token' } });
await integration.at('/a').get();
await integrations.stop();
const left = difference(process.getActiveResourcesInfo(), atFirst);
const calls = await integrations.models.IntegrationRequest.countDocuments();
const connectionState = mongoose.STATES[connection.readyState];
console.log(JSON.stringify({ connectionState, calls, left }));
await connection.close();

/** Sockets of the connection's own pool come and go: what is not of ours does not count. */
function difference(now: string[], before: string[]): string[] {
  const rest = [...now];
  for (const resource of before) {
    const index = rest.indexOf(resource);
    if (index !== -1) rest.splice(index, 1);
  }
  return rest.filter((resource) => resource !== 'TCPSocketWrap');
}
