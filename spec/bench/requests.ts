/**
 * What a logged, retried call costs: this package against the hand-written equivalent (axios on a keep-alive
 * connection, axios-retry, one awaited insertOne of a document with the same fields and bytes) and against bare axios;
 * and what it costs where the response is in the cache. Same local API, same connection, same mongod, same journaled
 * write concern, in one run.
 */
import { Agent } from 'node:http';
import axios from 'axios';
import axiosRetry from 'axios-retry';
import type { IntegrationDocument } from 'express-integrations';
import type { Connection } from 'mongoose';
import { startBenchWorld, token } from './bench-world.js';
import { drive, rounded, sideBySide, type Contender, type Figures } from './measure.js';

const world = await startBenchWorld('bench_requests');
const { apiUrl, connection, integration } = world;

const contenders = [ours(integration), handWritten(connection, integration), bareAxios()];
const alone = await sideBySide(contenders, { callers: 1, operations: 3_000, rounds: 3, turns: 30 });
const together = await sideBySide(contenders, { callers: 64, operations: 6_000, rounds: 3, turns: 3 });

const served = await sideBySide([cacheHit(integration), handWritten(connection, integration)], {
  callers: 1,
  operations: 3_000,
  rounds: 3,
  turns: 30,
});

printTable('1 caller', alone);
printTable('64 callers', together);
printTable('1 caller, the response in the cache', served);

await world.close();

const [ourTime, handTime] = alone.map(({ msPerOperation }) => msPerOperation);
const [hitTime, handTimeBesideHits] = served.map(({ msPerOperation }) => msPerOperation);
const [ourRate, handRate] = together.map(({ operationsPerSecond }) => operationsPerSecond);
console.log(
  JSON.stringify({
    bench: 'requests',
    timeOneCaller: rounded((ourTime ?? 0) / (handTime ?? 0)),
    throughput64: rounded((ourRate ?? 0) / (handRate ?? 0)),
    cacheHitTime: rounded((hitTime ?? 0) / (handTimeBesideHits ?? 0)),
    roundTripsOne: rounded(await commandsPerCall({ callers: 1, calls: 1_000 })),
    roundTrips64: rounded(await commandsPerCall({ callers: 64, calls: 12_800 })),
  }),
);

/**
 * Database commands for each call, counted by the driver's command monitoring, in a world of its own: the monitoring
 * itself takes time. All that the calls cause until the instance is stopped counts.
 */
async function commandsPerCall({ callers, calls }: { callers: number; calls: number }): Promise<number> {
  const counted = await startBenchWorld('bench_commands', { monitorCommands: true });
  let commands = 0;
  counted.connection.getClient().on('commandStarted', () => (commands += 1));
  await drive(ours(counted.integration).run, { callers, operations: calls });
  await counted.integrations.stop();
  const counter = commands;
  await counted.close();
  return counter / calls;
}

function ours(target: IntegrationDocument): Contender {
  return { name: 'express-integrations', run: () => target.at('/repos/x/issues').withData({ state: 'open' }).get() };
}

/** The first call fetches the response; it is fresh for longer than the benchmark takes. */
function cacheHit(target: IntegrationDocument): Contender {
  const builder = target.at('/repos/x/issues').withData({ state: 'open' }).withCache(3_600);
  return { name: 'express-integrations, cached', run: () => builder.get() };
}

function handWritten(database: Connection, target: IntegrationDocument): Contender {
  const client = keepAliveAxios();
  axiosRetry(client, { retries: 2 });
  const requests = database.collection('hand_written');
  const writeConcern = { w: 1, j: true };
  return {
    name: 'hand-written',
    async run() {
      const startedAt = new Date();
      const clock = performance.now();
      const params = { state: 'open' };
      const { status, headers, data } = await client.get<unknown>('/repos/x/issues', { params });
      const durationMs = Math.round(performance.now() - clock);
      const providerRequestId = String(headers['x-github-request-id']);
      await requests.insertOne(
        {
          integrationId: target._id,
          endpoint: '/repos/x/issues',
          method: 'GET',
          statusCode: status,
          requestData: JSON.stringify(params),
          responseData: JSON.stringify(data),
          idempotencyKey: null,
          providerRequestId,
          error: null,
          durationMs,
          retryOfId: null,
          relatedType: null,
          relatedId: null,
          cacheHits: 0,
          staleHits: 0,
          attempts: [
            {
              number: 1,
              startedAt,
              durationMs,
              statusCode: status,
              error: null,
              failureClass: null,
              providerRequestId,
              delayBeforeMs: 0,
            },
          ],
          createdAt: startedAt,
          updatedAt: new Date(),
        },
        { writeConcern },
      );
      return data;
    },
  };
}

function bareAxios(): Contender {
  const client = keepAliveAxios();
  return { name: 'bare axios, no log', run: () => client.get('/repos/x/issues', { params: { state: 'open' } }) };
}

function keepAliveAxios() {
  const httpAgent = new Agent({ keepAlive: true });
  return axios.create({ baseURL: apiUrl, httpAgent, headers: { authorization: `Bearer ${token}` } });
}

function printTable(title: string, figures: readonly Figures[]): void {
  console.log(`\n${title}, median of 3 rounds`);
  console.table(
    Object.fromEntries(
      figures.map(({ name, msPerOperation, operationsPerSecond }) => [
        name,
        { 'ms per call': rounded(msPerOperation), 'calls per second': Math.round(operationsPerSecond) },
      ]),
    ),
  );
}
