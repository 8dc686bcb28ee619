/**
 * What receiving a webhook costs: this package against a bare Express handler (raw body, one HMAC, one awaited
 * insertOne of the same document into a collection with the same indexes, by the same write concern), each in a process
 * of its own: storing alone, handling in the same process as well, and with bodies that are sealed; and how soon a
 * handler is called at half of the peak load. Arguments: the deliveries of one turn at 64 connections (3,000 by
 * default), and the rounds (3).
 */
import { startMongo } from '../support/mongod/index.js';
import { median, rounded } from './measure.js';
import type { WebhookAppKind } from './webhook-apps.js';
import { startWebhookContender } from './webhook-contender.js';
import type { EvenLoad } from './webhook-load.js';
import { percentile, takeTurns, type WebhookFigures } from './webhook-turns.js';

type Figures = ReadonlyMap<WebhookAppKind, WebhookFigures>;

const names: Readonly<Record<WebhookAppKind, string>> = {
  bare: 'bare Express handler',
  receive: 'express-integrations, receiving',
  process: 'express-integrations, receiving and handling',
  sealed: 'express-integrations, receiving, sealed',
};

const [deliveries = 3_000, rounds = 3] = process.argv.slice(2).map(Number);
const mongo = await startMongo();
const contender = (kind: WebhookAppKind) => startWebhookContender(mongo.uri, kind);
const contenders = await Promise.all([
  contender('bare'),
  contender('receive'),
  contender('process'),
  contender('sealed'),
]);
const [bare, receive, handling] = contenders;

const many = await takeTurns(contenders, { connections: 64, deliveries, rounds, turns: 3 });
const few = Math.ceil(deliveries / 15);
const one = await takeTurns([bare, receive], { connections: 1, deliveries: few, rounds, turns: 6 });
const peak = many.get('process')?.perSecond ?? Number.NaN;
const handled = await medianLatencies({ perSecond: peak / 2, deliveries: deliveries * 2 });

for (const { verify } of contenders) await verify();
for (const { close } of contenders) await close();
await mongo.stop();

printTable('64 connections', many);
printTable('1 connection', one);
console.log(
  JSON.stringify({
    bench: 'webhooks',
    receive64: ratio(many, 'receive'),
    process64: ratio(many, 'process'),
    sealed64: ratio(many, 'sealed'),
    receive1: ratio(one, 'receive'),
    handledMedianMs: rounded(handled.median),
    handledP99Ms: rounded(handled.p99),
  }),
);

/** From request to handler, in milliseconds. */
async function medianLatencies(load: EvenLoad): Promise<{ readonly median: number; readonly p99: number }> {
  const all: (readonly number[])[] = [];
  for (let round = 0; round < rounds; round += 1) all.push(await handling.sendEvenly(load));
  return { median: median(all.map(median)), p99: median(all.map((some) => percentile(some, 0.99))) };
}

function ratio(figures: Figures, kind: WebhookAppKind): number {
  return rounded((figures.get(kind)?.perSecond ?? 0) / (figures.get('bare')?.perSecond ?? 0));
}

function printTable(title: string, figures: Figures): void {
  console.log(`\n${title}, median of ${rounds} rounds`);
  console.table(
    Object.fromEntries(
      [...figures].map(([kind, { perSecond, p99 }]) => [
        names[kind],
        { 'acknowledged per second': Math.round(perSecond), 'p99, ms': rounded(p99) },
      ]),
    ),
  );
}
