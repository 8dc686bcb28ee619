/**
 * A process that makes writes with idempotency keys. Messages: `{ write: key, onRepeat }` makes one, and is answered
 * with what came of it.
 */
import mongoose from 'mongoose';
import { createIntegrations, isIntegrationError, type IdempotencySettings } from '../../lib/index.js';
import { localProvider } from './local-provider.js';

export interface WritesWorkerSettings {
  readonly uri: string;
  readonly origin: string;
  readonly integrationId: string;
  readonly idempotency: Partial<IdempotencySettings>;
}

export interface WriteOrder {
  readonly write: string;
  readonly onRepeat: 'conflict' | 'result';
}

/** What came of a write: its value, or the code and state of its error. */
export interface WriteReport {
  readonly value?: unknown;
  readonly code?: string;
  readonly state?: string;
}

const settings = JSON.parse(process.argv[2] ?? '') as WritesWorkerSettings;
const connection = await mongoose.createConnection(settings.uri).asPromise();
const integrations = createIntegrations({
  connection,
  encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 4).toString('base64') }],
  http: { allowedPrivateHosts: ['127.0.0.1'] },
  circuit: { enabled: false },
  logger: false,
  idempotency: settings.idempotency,
  providers: { local: localProvider(settings) },
});
await integrations.start();
const integration = await integrations.findOrFail(settings.integrationId);

process.on('message', ({ write, onRepeat }: WriteOrder) => {
  void integration
    .at('/charges')
    .withData({ amount: 1 })
    .withIdempotencyKey(write, { onRepeat })
    .post()
    .then<WriteReport, WriteReport>((value) => ({ value }), reportOf)
    .then((report) => process.send?.(report));
});
process.once('disconnect', () => process.exit());
process.send?.('ready');

function reportOf(error: unknown): WriteReport {
  if (isIntegrationError(error, 'IDEMPOTENCY_CONFLICT')) return { code: error.code, state: error.state };
  return { code: isIntegrationError(error) ? error.code : String(error) };
}
