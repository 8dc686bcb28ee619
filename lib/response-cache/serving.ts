import type { Types } from 'mongoose';
import { isIntegrationError } from '../errors.js';
import { attemptSignal } from '../requests/attempt-signal.js';
import type { CallGate } from '../requests/call-gate.js';
import type { Call } from '../requests/call.js';
import { outerSignals } from '../requests/outer-signals.js';
import { parsePayload } from '../requests/parse-payload.js';
import { decodeValue } from '../stored-value.js';
import type { LoggerLike } from '../types/logger.js';
import type { HitCounter, HitKind } from './hit-counter.js';
import type { PayloadSealing } from './payload-sealing.js';
import type { StoredResponse } from './stored-response.js';

/** A stored response, opened. The payload is the caller's own. */
export interface OpenedResponse {
  readonly bytes: Uint8Array;
  readonly payload: unknown;
  readonly requestId: Types.ObjectId;
}

/** Serves what is remembered. */
export interface Serving {
  /** Null where it cannot be read, which is logged: the call is made. */
  open(response: StoredResponse, id: string): Promise<OpenedResponse | null>;
  /** Types a payload like an answer, and counts the hit. A schema may take a second even where the deadline is near. */
  serve(
    call: Call,
    payload: unknown,
    hit: { readonly requestId: Types.ObjectId; readonly kind: HitKind },
  ): Promise<unknown>;
}

export interface ServingParts {
  readonly sealing: PayloadSealing;
  readonly counter: HitCounter;
  readonly gate: Pick<CallGate, 'signal'>;
  readonly logger: LoggerLike;
}

const leastParseMs = 1_000;

export function createServing({ sealing, counter, gate, logger }: ServingParts): Serving {
  async function typed(call: Call, payload: unknown): Promise<unknown> {
    if (call.spec.parser === null) return payload;
    const remainingMs = Math.max(call.remainingMs(), leastParseMs);
    const { signal, release } = attemptSignal({ remainingMs, outer: outerSignals(call, gate) });
    try {
      return await parsePayload(call, { payload, source: 'cache', signal });
    } finally {
      release();
    }
  }

  return {
    async open(response, id) {
      try {
        const bytes = await sealing.open(response, id);
        if (bytes === null || response.requestId === null) return null;
        return { bytes, payload: decodeValue(bytes), requestId: response.requestId };
      } catch (error) {
        // What the codec says of bytes it cannot read may quote them.
        const code = isIntegrationError(error) ? error.code : null;
        logger.warn('A cached response cannot be read: the call is made.', { response: id, code });
        return null;
      }
    },
    async serve(call, payload, { requestId, kind }) {
      const value = await typed(call, payload);
      counter.count(requestId, kind);
      return value;
    },
  };
}
