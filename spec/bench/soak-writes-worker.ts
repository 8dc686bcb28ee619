/**
 * A process of the soak of writes: makes the write of each key in an order of its own, some side by side, until it is
 * killed or done. Its settings are JSON in argv[2]; it sends what calls came to, by outcome, when it is done.
 */
import { isIntegrationError } from 'express-integrations';
import { seededRandom } from './seeded-random.js';
import { openChargingInstance, type ChargingSettings } from './charging-instance.js';

interface WorkerSettings extends ChargingSettings {
  readonly integrationIds: readonly string[];
  readonly keys: number;
  readonly callers: number;
  readonly seed: number;
}

const settings = JSON.parse(process.argv[2] ?? '') as WorkerSettings;
const random = seededRandom(settings.seed);
const { integrations, close } = await openChargingInstance(settings);
const targets = await Promise.all(settings.integrationIds.map((id) => integrations.findOrFail(id)));
const keys = shuffled(Array.from({ length: settings.keys }, (_, index) => `charge-${index}`));
const outcomes: Record<string, number> = {};

await Promise.all(
  Array.from({ length: settings.callers }, async () => {
    for (let key = keys.pop(); key !== undefined; key = keys.pop()) await charge(key);
  }),
);
await close();
process.send?.({ outcomes });
process.disconnect();

async function charge(key: string): Promise<void> {
  const target = targets[Number(key.split('-')[1]) % targets.length];
  const onRepeat = random() < 0.5 ? 'result' : 'conflict';
  const call = target
    ?.at('/charges')
    .withData({ key })
    .withAttempts(3)
    .withIdempotencyKey(key, { onRepeat })
    .withOptions({ headers: { 'x-charge': key } });
  const outcome = await call?.post().then(() => 'value', codeOf);
  outcomes[String(outcome)] = (outcomes[String(outcome)] ?? 0) + 1;
}

function codeOf(error: unknown): string {
  return isIntegrationError(error) ? error.code : 'not ours';
}

function shuffled<T>(values: T[]): T[] {
  return values
    .map((value) => ({ value, rank: random() }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ value }) => value);
}
