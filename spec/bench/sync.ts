/**
 * What a synced item costs, its listing included: this package against one Agenda job for each item, BullMQ on a Redis
 * without persistence, and the bare database commands, in one run; and how much faster four processes are than one
 * where a listener takes 10 ms. Argument: the number of items (50,000 by default). With `--memory`: the peak memory of
 * a process that lists and handles 1,000,000 items, against 100,000.
 */
import { parseArgs } from 'node:util';
import { measureMemory } from './sync-memory.js';
import { measureRates } from './sync-rates.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { memory: { type: 'boolean', default: false } },
});
const [items] = positionals.map(Number);

const report = values.memory ? await measureMemory(items ?? 1_000_000) : await measureRates(items ?? 50_000);
console.log(JSON.stringify(report));
// Agenda leaves a timer for each of its jobs, which keeps the process alive for minutes.
process.exit();
