import type { Call } from './call.js';

/** Runs what comes after a stage; may be called again, which is how retries work. */
export type Next = () => Promise<unknown>;

/** One step of the pipeline: does its part around `next()` and gives the call's value on. */
export type Stage = (call: Call, next: Next) => Promise<unknown>;

/** One function out of stages, the first outermost. */
export function composeStages(stages: readonly Stage[]): (call: Call) => Promise<unknown> {
  return stages.reduceRight<(call: Call) => Promise<unknown>>(
    (inner, stage) => (call) => stage(call, () => inner(call)),
    () => Promise.resolve(undefined),
  );
}
