import type { RunDueOptions, RunDueResult } from '../lib/types/job-queue.js';
import { IntegrationError } from '../lib/errors.js';
import { withinTime } from '../lib/within-time.js';
import type { JobEngine } from './job-engine.js';
import type { JobOutcome } from './job-runs.js';
import type { JobWorker } from './job-worker.js';

export interface RunDueParts {
  readonly engine: JobEngine;
  readonly createWorker: (onEnd: (outcome: JobOutcome | undefined) => void) => JobWorker;
  readonly pollMs: number;
  /** Ends it before its time. */
  readonly signal: AbortSignal;
}

const defaultDeadlineMs = 55_000;
// Who is aborted only has to hand back.
const handBackMs = 5_000;
const longestDeadlineMs = 2 ** 31 - 1;

/** @throws IntegrationError `OPTIONS_INVALID` */
export async function runDue(parts: RunDueParts, { deadlineMs = defaultDeadlineMs, signal }: RunDueOptions) {
  if (!(deadlineMs > 0 && deadlineMs <= longestDeadlineMs)) {
    throw new IntegrationError('OPTIONS_INVALID', 'deadlineMs: expected milliseconds, more than 0.');
  }
  const ending = signal === undefined ? parts.signal : AbortSignal.any([parts.signal, signal]);
  return whileItIsTime({ ...parts, signal: ending }, Date.now() + deadlineMs);
}

async function whileItIsTime({ engine, createWorker, pollMs, signal }: RunDueParts, endsAt: number) {
  const counts = { jobs: 0, failed: 0 };
  const stirs = createStirs();
  const worker = createWorker((outcome) => {
    // Not begun at all: another process has it.
    if (outcome !== undefined) counts.jobs += 1;
    if (outcome === 'failed') counts.failed += 1;
    stirs.stir();
  });
  const wake = (name: string) => {
    void worker.poll(name);
    stirs.stir();
  };
  const endListening = engine.onEnqueued(wake);
  signal.addEventListener('abort', stirs.stir, { once: true });
  try {
    const isDone = await untilNothingIsDue({ worker, stirs, pollMs, endsAt, signal });
    worker.halt(new IntegrationError('CALL_ABORTED', 'The time of runDue() was over.'));
    if (!(await worker.ended(handBackMs))) await worker.releaseRest();
    return { ...counts, isDone } satisfies RunDueResult;
  } finally {
    endListening();
    signal.removeEventListener('abort', stirs.stir);
  }
}

interface Progress extends Pick<RunDueParts, 'pollMs' | 'signal'> {
  readonly worker: JobWorker;
  readonly stirs: Stirs;
  /** Epoch milliseconds. */
  readonly endsAt: number;
}

/** Whether nothing is due and nothing runs any more: until then, or until the time is over. */
async function untilNothingIsDue({ worker, stirs, pollMs, endsAt, signal }: Progress): Promise<boolean> {
  const left = () => Math.max(0, endsAt - Date.now());
  while (left() > 0 && !signal.aborted) {
    const stirred = stirs.next();
    const polled = await withinTime(
      worker.poll().then(() => true),
      left(),
      false,
    );
    if (polled && worker.running() === 0) return true;
    await withinTime(stirred, Math.min(pollMs, left()), undefined);
  }
  return false;
}

/** Tells that something has happened that may leave something to do. */
interface Stirs {
  readonly stir: () => void;
  /** Resolves with the next one. */
  next(): Promise<void>;
}

function createStirs(): Stirs {
  const waiting = new Set<() => void>();
  return {
    stir() {
      for (const resume of waiting) resume();
      waiting.clear();
    },
    next: () => new Promise((resolve) => waiting.add(resolve)),
  };
}
