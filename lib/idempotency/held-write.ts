import { IdempotencyConflictError } from '../errors.js';
import type { Call } from '../requests/call.js';
import type { WriteClaim, WriteFate } from '../requests/write-claim.js';
import { ledgerUnavailable, reasonOf } from './database-unavailable.js';
import type { KeptResults } from './kept-results.js';
import type { Lease } from './lease.js';

/** A claim, and what it has learnt of its write. */
export interface HeldWrite extends WriteClaim {
  /** Of all attempts together: one whose outcome nobody knows leaves the write unknown, unless a later one was answered. */
  readonly outcome: 'completed' | 'released' | 'unknown';
  /** What the last attempt brought, encoded; null: nothing that can be kept. */
  readonly payload: Uint8Array | null;
}

/** The claim of a call, as long as the lease holds. */
export function holdWrite(call: Call, lease: Lease, encode: KeptResults['encode']): HeldWrite {
  const fates: WriteFate[] = [];
  /** Undefined: the attempt did not come as far as that. */
  let payload: Uint8Array | null | undefined;
  return {
    async confirm() {
      const holds = await lease.holds().catch((error: unknown) => {
        throw ledgerUnavailable(reasonOf(error));
      });
      if (!holds) throw lostClaim(call);
      payload = undefined;
    },
    keepPayload(brought) {
      payload = encode(brought);
    },
    get payload() {
      // What is no JSON, say, is kept as it came.
      return payload === undefined ? encode(call.payload) : payload;
    },
    note: (fate) => fates.push(fate),
    mayRetry() {
      const fate = fates.at(-1);
      if (fate === 'ambiguous') return call.providerDefinition.supportsIdempotency === true;
      return fate !== 'executed';
    },
    get outcome() {
      if (fates.includes('executed')) return 'completed';
      return fates.includes('ambiguous') ? 'unknown' : 'released';
    },
  };
}

/** While the process stood still, others have taken it for dead. */
function lostClaim(call: Call): IdempotencyConflictError {
  return new IdempotencyConflictError({
    integrationId: call.integrationId.toHexString(),
    state: 'unknown',
    requestId: call.id.toHexString(),
    result: undefined,
  });
}
