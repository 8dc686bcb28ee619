import type { Call } from '../call.js';
import type { Stage } from '../stage.js';

/** Where finished calls go: the request log, the events, the operation that is running. */
export interface CallRecorder {
  /** Resolves when the entry is stored, or buffered because the database is away; never rejects. */
  record(call: Call, error: unknown): Promise<void>;
}

/** Keeps one document for the call, whatever became of it. A call that was refused before its first attempt leaves none. */
export function recordCall(recorder: CallRecorder): Stage {
  return async function recordCall(call, next) {
    let failure: unknown = null;
    try {
      const value = await next();
      // A failing answer that the callback returned.
      failure = call.failure?.error ?? null;
      return value;
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      if (call.attempts.length > 0) await recorder.record(call, failure);
    }
  };
}
