import type { Job } from 'agenda';

/** How a run of a job ended; `handedBack`: it was aborted, and is to be run again. */
export type JobOutcome = 'done' | 'failed' | 'handedBack';

/** What is known of the jobs that run in this process, whoever took them: a worker of ours, or the host's Agenda. */
export interface JobRuns {
  /** Says what aborts a job, before it is run. */
  expect(job: Job, signal: AbortSignal): void;
  /** Called when the handler of a job begins; the function that comes back, when it has ended. */
  begin(job: Job): { readonly signal: AbortSignal; end(outcome: JobOutcome): void };
  /** How the job ended; undefined: its handler has not run. */
  outcomeOf(job: Job): JobOutcome | undefined;
  /** Aborts what the host's Agenda runs, until `allow()`. */
  abort(reason: Error): void;
  allow(): void;
  /** Resolves when no handler runs. */
  idle(): Promise<void>;
}

export function createJobRuns(): JobRuns {
  const expected = new WeakMap<Job, AbortSignal>();
  const outcomes = new WeakMap<Job, JobOutcome>();
  const running = new Set<Job>();
  const waiting = new Set<() => void>();
  let stopping = new AbortController();

  return {
    expect: (job, signal) => void expected.set(job, signal),
    begin(job) {
      running.add(job);
      return {
        signal: expected.get(job) ?? stopping.signal,
        end(outcome) {
          outcomes.set(job, outcome);
          running.delete(job);
          if (running.size > 0) return;
          for (const resume of waiting) resume();
          waiting.clear();
        },
      };
    },
    outcomeOf: (job) => outcomes.get(job),
    abort: (reason) => stopping.abort(reason),
    allow() {
      if (stopping.signal.aborted) stopping = new AbortController();
    },
    async idle() {
      if (running.size > 0) await new Promise<void>((resolve) => waiting.add(resolve));
    },
  };
}
