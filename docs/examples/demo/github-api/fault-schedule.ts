import { z } from 'zod';
import { faultSchema, type Fault } from './fault.js';
import { seededRandom } from './seeded-random.js';

/** Every n-th request meets a fault, the listed ones in turn. */
export interface PeriodicFaults {
  /** 1 for every request, 3 for the third, sixth, ninth... */
  readonly every: number;
  /** At least one. */
  readonly faults: readonly Fault[];
}

/** A share of the requests meets a fault, drawn from the listed ones; the same seed always draws the same. */
export interface RandomFaults {
  /** Any integer. */
  readonly seed: number;
  /** Probability of a fault for each request, from 0 to 1. */
  readonly rate: number;
  /** At least one. */
  readonly faults: readonly Fault[];
}

/** Faults that come back for as long as the server runs. Both kinds are deterministic for a given order of requests. */
export type FaultSchedule = PeriodicFaults | RandomFaults;

const faults = z.array(faultSchema).min(1);

/** Validates a schedule that comes from outside: options, the command line. */
export const faultScheduleSchema: z.ZodType<FaultSchedule> = z.union([
  z.strictObject({ every: z.int().min(1), faults }),
  z.strictObject({ seed: z.int(), rate: z.number().min(0).max(1), faults }),
]);

/** A function to call once per request: it gives the fault due for that request. */
export function followSchedule(schedule: FaultSchedule): () => Fault | undefined {
  return 'every' in schedule ? followPeriod(schedule) : followChance(schedule);
}

function followPeriod({ every, faults }: PeriodicFaults): () => Fault | undefined {
  let requests = 0;
  return () => {
    requests += 1;
    return requests % every === 0 ? faults[(requests / every - 1) % faults.length] : undefined;
  };
}

function followChance({ seed, rate, faults }: RandomFaults): () => Fault | undefined {
  const random = seededRandom(seed);
  return () => (random() < rate ? faults[Math.floor(random() * faults.length)] : undefined);
}
