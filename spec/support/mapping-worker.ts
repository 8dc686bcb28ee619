/**
 * A process that upserts contacts by their external ids. A message `{ ids }`: that many, some side by side, in an order
 * of its own; it is answered with what that failed with. The package is imported by its name, so that the benchmarks
 * run the built one.
 */
import { createIntegrations } from 'express-integrations';
import mongoose from 'mongoose';
import { seededRandom } from '../bench/seeded-random.js';
import { contactModel } from './contact-model.js';

export interface MappingWorkerSettings {
  readonly uri: string;
  readonly integrationId: string;
  /** The part of each contact that it writes. */
  readonly writer: number;
  /** Kills itself when it is about to insert a contact: its mapping is there by then. */
  readonly diesInSave?: boolean;
}

const callers = 4;
const settings = JSON.parse(process.argv[2] ?? '') as MappingWorkerSettings;
const connection = await mongoose.createConnection(settings.uri, { autoIndex: false }).asPromise();
const integrations = createIntegrations({
  connection,
  encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 9).toString('base64') }],
  logger: false,
  providers: { shop: { name: 'Shop', credentialSchema: { type: 'object' }, metadataSchema: { type: 'object' } } },
});
const Contact = contactModel(connection);
if (settings.diesInSave === true) {
  // Mongoose calls it for each insert, after all hooks.
  Contact.collection.insertOne = () => process.kill(process.pid, 'SIGKILL') as never;
}
const integration = await integrations.findOrFail(settings.integrationId);
process.on('message', ({ ids }: { ids: number }) => {
  void upsertAll(ids).then((failures) => process.send?.(failures));
});
process.once('disconnect', () => process.exit());
process.send?.('ready');

async function upsertAll(count: number): Promise<string[]> {
  const failures: string[] = [];
  const left = shuffled(Array.from({ length: count }, (_, index) => `contact-${index}`));
  const upsertOnAndOn = async (): Promise<void> => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      await integration
        .upsertByExternalId(id, Contact, { [`writers.${settings.writer}`]: true })
        .catch((error: unknown) => failures.push(String(error)));
    }
  };
  await Promise.all(Array.from({ length: callers }, upsertOnAndOn));
  return failures;
}

function shuffled<T>(items: T[]): T[] {
  const random = seededRandom(settings.writer + 1);
  return items
    .map((item) => ({ item, place: random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}
