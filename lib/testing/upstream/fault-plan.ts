import { IntegrationError } from '../../errors.js';
import { requestPattern, type RequestPattern } from '../fakes/request-pattern.js';
import type { Fault } from './faults.js';

/** Which requests a fault is for. */
export interface FaultTarget {
  /** `'POST:/issues'`, as routes are named; default: all. */
  readonly on?: string;
}

/** Faults that come at random. */
export interface RandomFaults extends FaultTarget {
  /** Share of the requests that fail, from 0 to 1. */
  readonly rate: number;
  /** One of these each time. */
  readonly faults: readonly [Fault, ...Fault[]];
  /** The same seed gives the same faults to the same order of requests. Default 1. */
  readonly seed?: number;
}

/** What is to go wrong. */
export interface FaultPlan {
  failNext(fault: Fault, target: FaultTarget & { readonly times: number }): void;
  failRandomly(random: RandomFaults): void;
  /** The fault of a request; null: none. */
  next(line: { readonly method: string; readonly endpoint: string }): Fault | null;
  clear(): void;
}

interface Waiting {
  readonly fault: Fault;
  readonly pattern: RequestPattern | null;
  left: number;
}

export function createFaultPlan(): FaultPlan {
  const queue: Waiting[] = [];
  let random: { readonly pattern: RequestPattern | null; readonly draw: () => Fault | null } | null = null;

  return {
    failNext(fault, { on, times }) {
      if (!Number.isInteger(times) || times < 1) throw invalid('`times` is an integer from 1');
      queue.push({ fault, pattern: patternOf(on), left: times });
    },
    failRandomly({ on, rate, faults, seed = 1 }) {
      if (!(rate >= 0 && rate <= 1)) throw invalid('`rate` is a share, from 0 to 1');
      const next = seeded(seed);
      const draw = () => (next() < rate ? (faults[Math.floor(next() * faults.length)] ?? null) : null);
      random = { pattern: patternOf(on), draw };
    },
    next(line) {
      const isFor = ({ pattern }: Pick<Waiting, 'pattern'>) => pattern === null || pattern.matches(line);
      const waiting = queue.find(isFor);
      if (waiting === undefined) return random !== null && isFor(random) ? random.draw() : null;
      waiting.left -= 1;
      if (waiting.left === 0) queue.splice(queue.indexOf(waiting), 1);
      return waiting.fault;
    },
    clear() {
      queue.length = 0;
      random = null;
    },
  };
}

function patternOf(text: string | undefined): RequestPattern | null {
  return text === undefined ? null : requestPattern(text);
}

/** Mulberry32: numbers from 0 up to 1, the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function invalid(what: string): IntegrationError {
  return new IntegrationError('OPTIONS_INVALID', `Faults: ${what}.`);
}
