import type { Call } from '../requests/call.js';
import type { Next } from '../requests/stage.js';
import type { LoggerLike } from '../types/logger.js';
import type { Claimed } from './claim-key.js';
import { holdWrite, type HeldWrite } from './held-write.js';
import { omitted, type KeptResults } from './kept-results.js';
import { keepLease } from './lease.js';
import type { HeldClaim, LedgerQueries } from './ledger-queries.js';
import type { Settlements } from './settlements.js';

export interface OwnWritesParts {
  readonly queries: LedgerQueries;
  readonly results: KeptResults;
  readonly settlements: Settlements;
  readonly logger: LoggerLike;
  readonly leaseMs: number;
  readonly retentionMs: number;
}

/** Makes the writes whose keys were claimed here. */
export interface OwnWrites {
  /** What `write` gives or throws, once it is stored what became of it, or that takes too long. */
  make(call: Call, claimed: Claimed, write: Next): Promise<unknown>;
}

export function createOwnWrites(parts: OwnWritesParts): OwnWrites {
  const { queries, results, settlements, leaseMs } = parts;

  /** How the outcome is stored. */
  function storing(call: Call, held: HeldClaim, claim: HeldWrite): () => Promise<unknown> {
    const { outcome } = claim;
    if (outcome === 'completed') return completing(parts, call, held, claim.payload);
    const { failureClass = 'unknown', statusCode = null } = call.attempts.at(-1) ?? {};
    return () =>
      outcome === 'released' ? queries.release(held) : queries.markUnknown(held, failureClass ?? 'unknown', statusCode);
  }

  return {
    async make(call, { record: { _id, owner }, asked }, write) {
      const held = { _id, owner };
      const lease = keepLease({ leaseMs, since: asked, renew: () => queries.renew(held, leaseMs) });
      const claim = holdWrite(call, lease, results.encode);
      call.claim = claim;
      try {
        return await write();
      } finally {
        const { integrationId, id: requestId } = call;
        const store = storing(call, held, claim);
        // The lease is kept until then: nobody is to take the write for unknown that is known here.
        const stored = async (): Promise<void> => {
          await store();
          lease.stop();
        };
        await settlements.settle({
          integrationId,
          requestId,
          outcome: claim.outcome,
          store: stored,
          giveUp: () => lease.stop(),
        });
      }
    },
  };
}

function completing(
  { queries, results, logger, retentionMs }: OwnWritesParts,
  call: Call,
  held: HeldClaim,
  bytes: Uint8Array | null,
) {
  const { integrationId, id: requestId } = call;
  const statusCode = call.attempts.at(-1)?.statusCode ?? null;
  const sealing = results.seal(held._id, bytes).catch(() => omitted);
  return async (): Promise<void> => {
    const isThere = await queries.complete(held, { ...(await sealing), statusCode }, retentionMs);
    if (isThere) return;
    const facts = { integrationId: integrationId.toHexString(), requestId: requestId.toHexString() };
    logger.error('A write has happened that had been settled as one that had not: it may be made twice.', facts);
  };
}
