import { createRecentValues } from '../recent-values.js';
import type { Call } from '../requests/call.js';
import { comesBackAlike, encodeValue } from '../stored-value.js';
import type { LoggerLike } from '../types/logger.js';

/** What a call brought, before anybody changed it. */
export interface TakenPayload {
  /** Null where it cannot be stored: there is nothing yet, it cannot be copied, or it is too large. */
  readonly bytes: Buffer | null;
  /** Says once for each endpoint what an application should know of it. */
  warn(): void;
}

/** Makes bytes of what calls bring. */
export interface PayloadIntake {
  /** Takes what the next attempts of the call bring; the last one counts. */
  attach(call: Call): () => TakenPayload;
}

const mostWarnings = 1_000;
const nothing: TakenPayload = { bytes: null, warn: () => undefined };

export function createPayloadIntake(maxEntryBytes: number, logger: LoggerLike): PayloadIntake {
  const warned = createRecentValues<true>(mostWarnings);

  function warnOnce({ integrationId, endpoint }: Call, message: string): void {
    const key = `${integrationId.toHexString()}:${endpoint}:${message}`;
    if (warned.get(key) === true) return;
    warned.set(key, true);
    logger.warn(message, { integrationId: integrationId.toHexString(), endpoint });
  }

  function take(call: Call, payload: unknown): TakenPayload {
    const bytes = encodeValue(payload);
    if (bytes === null) return { bytes, warn: () => warnOnce(call, uncopyable) };
    if (bytes.length > maxEntryBytes) return { bytes: null, warn: () => warnOnce(call, tooLarge(maxEntryBytes)) };
    if (call.spec.parser !== null || comesBackAlike(payload)) return { bytes, warn: nothing.warn };
    return { bytes, warn: () => warnOnce(call, plainOnly) };
  }

  return {
    attach(call) {
      let taken = nothing;
      call.keepPayload = (payload) => {
        taken = take(call, payload);
      };
      return () => taken;
    },
  };
}

const uncopyable =
  'A response cannot be cached: it holds a function, a stream or an object with hidden state. Every call is made.';
const plainOnly =
  'A cached response holds instances of classes, which come back as plain data: give the call a schema by as().';

function tooLarge(maxEntryBytes: number): string {
  return `A response cannot be cached: it is larger than cache.maxEntryBytes (${String(maxEntryBytes)}). Every call is made.`;
}
