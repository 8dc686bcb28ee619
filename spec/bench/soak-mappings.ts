/**
 * Processes that upsert the same contacts by their external ids, while some of them are killed, each time replaced by
 * another one. Afterwards there is one contact and one mapping for each external id, nothing is an orphan, and each
 * contact has what every process wrote. Arguments: external ids (1,000), processes (16), kills (24), a seed.
 */
import { createIntegrations } from 'express-integrations';
import mongoose from 'mongoose';
import { setTimeout as sleep } from 'node:timers/promises';
import { contactModel } from '../support/contact-model.js';
import type { MappingWorkerSettings } from '../support/mapping-worker.js';
import { withDatabaseName } from '../support/mongo-uri.js';
import { startMongo } from '../support/mongod/index.js';
import { startProcess, type WorkerProcess } from '../support/worker-process.js';
import { rounded } from './measure.js';
import { seededRandom } from './seeded-random.js';

const [ids = 1_000, processes = 16, kills = 24, seed = 1] = process.argv.slice(2).map(Number);
const random = seededRandom(seed);

const mongo = await startMongo({});
const uri = withDatabaseName(mongo.uri, 'soak');
const connection = await mongoose.createConnection(uri).asPromise();
const integrations = createIntegrations({
  connection,
  encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 9).toString('base64') }],
  logger: false,
  providers: { shop: { name: 'Shop', credentialSchema: { type: 'object' }, metadataSchema: { type: 'object' } } },
});
await integrations.start();
const integration = await integrations.create({ provider: 'shop', name: 'Shop', credentials: {} });
const Contact = contactModel(connection);

const writers = await Promise.all(
  Array.from({ length: processes }, async (_, writer) => ({ writer, worker: await startWriter(writer) })),
);
const started = performance.now();
const working = new Set(writers);
let killed = 0;
const failures: string[] = [];
await Promise.all([...writers.map(writeAll), killSome()]);
const seconds = rounded((performance.now() - started) / 1_000);

const report = {
  bench: 'soak-mappings',
  ids,
  processes,
  seed,
  killed,
  seconds,
  failures: failures.length,
  records: await Contact.countDocuments(),
  mappings: await integration.mappings().countDocuments(),
  orphans: (await integration.findOrphans(Contact)).length,
  incomplete: await Contact.countDocuments({ writerCount: { $ne: processes } }),
};
for (const { worker } of writers) await worker.end();
await integrations.close();
await connection.close();
await mongo.stop();
if (failures.length > 0) console.error([...new Set(failures)].slice(0, 5).join('\n'));
console.log(JSON.stringify(report));

function startWriter(writer: number): Promise<WorkerProcess> {
  const settings: MappingWorkerSettings = { uri, integrationId: integration.id, writer };
  return startProcess('mapping-worker.ts', settings);
}

/** Until a process has gone through all ids; one that is killed is replaced, and its successor begins again. */
async function writeAll(place: { readonly writer: number; worker: WorkerProcess }): Promise<void> {
  for (;;) {
    const answer = await place.worker.ask({ ids }).catch(() => null);
    if (answer !== null) {
      failures.push(...(answer as string[]));
      working.delete(place);
      return;
    }
    place.worker = await startWriter(place.writer);
  }
}

async function killSome(): Promise<void> {
  while (killed < kills && working.size > 0) {
    await sleep(random() * 500);
    const victims = [...working];
    const victim = victims[Math.floor(random() * victims.length)];
    if (victim === undefined) continue;
    victim.worker.kill('SIGKILL');
    killed += 1;
  }
}
