import { setTimeout as sleep } from 'node:timers/promises';
import { isDuplicateKey } from '../failures/duplicate-key.js';
import { unlessAborted } from '../unless-aborted.js';
import { withinTime } from '../within-time.js';
import { ledgerUnavailable, reasonOf } from './database-unavailable.js';
import type { LedgerQueries, NewClaim } from './ledger-queries.js';
import type { LedgerRecord } from './ledger-record.js';
import { moment, type Moment } from './lease.js';

/** The record of a key, and when it was asked for. */
export interface Claimed {
  readonly record: LedgerRecord;
  readonly asked: Moment;
}

/** How long a call waits for the ledger at most: what is not claimed is not sent. */
const patienceMs = 10_000;
const mostTries = 8;

export interface ClaimKeyParts {
  readonly queries: Pick<LedgerQueries, 'claim'>;
  readonly leaseMs: number;
  /** Takes back a claim that may have been made, and that nobody waits for any more. */
  readonly withdraw: (claim: NewClaim) => Promise<void>;
}

/** Claims a key, or finds what is there. */
export type ClaimKey = (claim: NewClaim, signal: AbortSignal) => Promise<Claimed>;

/**
 * A try whose reply was lost is repeated, and recognises its own claim.
 *
 * @throws IntegrationError `DATABASE_UNAVAILABLE`, and the reason of the signal.
 */
export function createClaimKey({ queries, leaseMs, withdraw }: ClaimKeyParts): ClaimKey {
  async function tryToClaim(claim: NewClaim, givenUp: AbortSignal): Promise<Claimed> {
    for (let tries = 1; ; tries += 1) {
      const asked = moment();
      try {
        return { record: await queries.claim(claim, leaseMs), asked };
      } catch (error) {
        if (tries >= mostTries || givenUp.aborted) throw ledgerUnavailable(reasonOf(error));
        // Somebody was faster: the record is there now.
        if (!isDuplicateKey(error)) await sleep(Math.min(1_000, 25 * 2 ** tries));
      }
    }
  }

  return async function claimKey(claim, signal) {
    signal.throwIfAborted();
    const givingUp = new AbortController();
    const claiming = tryToClaim(claim, givingUp.signal);
    try {
      const claimed = await unlessAborted(signal, () => withinTime(claiming, patienceMs, null));
      if (claimed !== null) return claimed;
      throw ledgerUnavailable('it took too long');
    } catch (error) {
      givingUp.abort();
      const takeBack = (): Promise<void> => withdraw(claim);
      // The last try may still be on its way.
      claiming.then(takeBack, takeBack);
      throw error;
    }
  };
}
