/**
 * Webhooks of all kinds, well-formed or not, signed or not, to a server in a process of its own: nothing makes it fail,
 * nothing is stored that is not signed, and its memory stays flat. `--requests N` (200,000 by default), `--seed S`
 * (1).
 */
import { parseArgs } from 'node:util';
import { startMongo } from '../support/mongod/index.js';
import { withDatabaseName } from '../support/mongo-uri.js';
import { fuzzWebhooks, type FuzzProgress } from '../support/webhook-fuzz/fuzz-webhooks.js';
import { median, rounded } from './measure.js';

const number = { type: 'string' } as const;
const { values } = parseArgs({ options: { requests: number, seed: number } });
const requests = Number(values.requests ?? 200_000);
const seed = Number(values.seed ?? 1);

const mongo = await startMongo();
const started = performance.now();
const report = await fuzzWebhooks({ uri: withDatabaseName(mongo.uri, 'fuzz_webhooks'), requests, seed, onProgress });
const seconds = rounded((performance.now() - started) / 1_000);
await mongo.stop();

const { answers, failure, errors, unverified, doubled, lost, measures } = report;
console.table(Object.fromEntries([...answers].sort().map(([kind, count]) => [kind, { answers: count }])));
for (const [what, list] of Object.entries({ errors, unverified, doubled, lost })) {
  if (list.length > 0) console.error(`${what}:\n${list.slice(0, 20).join('\n')}`);
}
if (failure !== null) console.error(`Seed ${seed}: ${failure}`);
const acceptedShare = rounded(report.accepted / report.requests);
// What is under way takes native memory, now more, now less: of that only what is left in the end tells something.
const growth = {
  heapGrowthMegabytes: rounded(quarter(-1).heapMegabytes - quarter(0).heapMegabytes),
  rssGrowthMegabytes: rounded((measures.at(-1)?.rssMegabytes ?? NaN) - quarter(0).rssMegabytes),
};
const isFlat = growth.heapGrowthMegabytes < 10 && growth.rssGrowthMegabytes < 50;
const hasFailed = failure !== null || [errors, unverified, doubled, lost].some(({ length }) => length > 0);
process.exitCode = hasFailed || !isFlat || acceptedShare < 0.05 ? 1 : 0;
console.log(
  JSON.stringify({
    ...{ bench: 'fuzz-webhooks', requests: report.requests, seed, seconds },
    ...{ signed: report.signed, accepted: report.accepted, acceptedShare, stored: report.stored },
    ...{
      unavailable: answers.get('503 WEBHOOK_NOT_STORED') ?? 0,
      unverified: unverified.length,
      doubled: doubled.length,
      lost: lost.length,
    },
    ...{ errors: errors.length, failed: failure !== null, ...growth },
  }),
);

/** The medians of the first quarter of the measures (0), or of the last (-1). */
function quarter(which: 0 | -1) {
  const size = Math.floor(measures.length / 4);
  const some = which === 0 ? measures.slice(0, size) : measures.slice(-size);
  return {
    heapMegabytes: median(some.map(({ heapMegabytes }) => heapMegabytes)),
    rssMegabytes: median(some.map(({ rssMegabytes }) => rssMegabytes)),
  };
}

function onProgress({ requests: sent, accepted, heapMegabytes, rssMegabytes }: FuzzProgress): void {
  const elapsed = rounded((performance.now() - started) / 1_000);
  const memory = `heap ${rounded(heapMegabytes)} MB, rss ${rounded(rssMegabytes)} MB`;
  console.log(`${elapsed} s: ${sent} of ${requests} sent, ${accepted} accepted, ${memory}`);
}
