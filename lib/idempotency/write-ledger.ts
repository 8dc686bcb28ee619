import { randomUUID } from 'node:crypto';
import type { IntegrationModels } from '../../schemas/models.js';
import type { AnyProvider } from '../../providers/contracts.js';
import type { BoundSealer } from '../credentials/bound-sealer.js';
import type { Fingerprints } from '../fingerprint/fingerprints.js';
import type { IdempotencySettings } from '../options.js';
import { cutText } from '../request-log/cut-text.js';
import { attemptSignal } from '../requests/attempt-signal.js';
import type { Call } from '../requests/call.js';
import type { CallGate } from '../requests/call-gate.js';
import { outerSignals } from '../requests/outer-signals.js';
import type { WriteLedger } from '../requests/stages/claim-idempotency-key.js';
import type { LoggerLike } from '../types/logger.js';
import { dayMs } from '../time-units.js';
import { createClaimKey, type Claimed } from './claim-key.js';
import { createIdempotencyService, type IdempotencyService } from './idempotency-service.js';
import { createKeptResults } from './kept-results.js';
import { createLedgerQueries, type NewClaim } from './ledger-queries.js';
import { ledgerCollection } from './ledger-record.js';
import { createOwnWrites } from './own-writes.js';
import { createReconciler } from './reconciler.js';
import { refuseTransaction } from './refuse-transaction.js';
import { createRepetitions, type KeptValue } from './repetitions.js';
import { createSettlements } from './settlements.js';
import { createSupportWarning } from './support-warning.js';
import { createUnknownQueries } from './unknown-queries.js';
import { writeContent } from './write-content.js';

export interface WriteLedgerParts {
  readonly models: Pick<IntegrationModels, 'Integration' | 'IntegrationIdempotencyKey'>;
  readonly fingerprints: Fingerprints;
  readonly sealer: BoundSealer;
  readonly settings: IdempotencySettings;
  readonly gate: Pick<CallGate, 'signal'>;
  readonly logger: LoggerLike;
  /** Null where the provider is not registered. */
  readonly providerOf: (key: string) => AnyProvider | null;
}

/** The writes that all processes remember together. */
export interface SharedWriteLedger extends WriteLedger {
  readonly service: IdempotencyService;
  /** Resolves when what is known of writes is stored, or after a while. Never rejects. */
  stop(): Promise<void>;
}

export function createWriteLedger(parts: WriteLedgerParts): SharedWriteLedger {
  const { models, settings, gate, fingerprints, logger } = parts;
  const collection = ledgerCollection(models.IntegrationIdempotencyKey);
  const queries = createLedgerQueries(collection);
  const unknownQueries = createUnknownQueries(collection);
  const results = createKeptResults(parts.sealer, settings.maxResultBytes);
  const durations = { leaseMs: settings.leaseSeconds * 1_000, retentionMs: settings.retentionDays * dayMs };
  const reconcile = createReconciler({ queries: unknownQueries, results, ...durations });
  const repeat = createRepetitions({ queries: unknownQueries, results, reconcile, fingerprints, logger });
  const settlements = createSettlements(logger);
  const ownWrites = createOwnWrites({ queries, results, settlements, logger, ...durations });
  const claimKey = createClaimKey({
    queries,
    leaseMs: durations.leaseMs,
    withdraw: (claim) => settlements.settle({ ...claim, outcome: 'released', store: () => queries.withdraw(claim) }),
  });
  const warnWithoutSupport = createSupportWarning(logger);

  /** The claim to the key, or what an earlier call with it comes to. */
  async function claimOrRepeat(call: Call, signal: AbortSignal): Promise<Claimed | KeptValue> {
    const claim = newClaim(call, fingerprints);
    for (;;) {
      const claimed = await claimKey(claim, signal);
      const { owner, state } = claimed.record;
      if (owner === claim.owner && state === 'in_progress') return claimed;
      const repetition = await repeat(call, claimed.record, signal);
      if (repetition !== 'lookAgain') return repetition;
    }
  }

  return {
    async once(call, write) {
      refuseTransaction(call.integration);
      warnWithoutSupport(call);
      const waiting = attemptSignal({ remainingMs: call.remainingMs(), outer: outerSignals(call, gate) });
      const found = await claimOrRepeat(call, waiting.signal).finally(waiting.release);
      return 'value' in found ? found.value : ownWrites.make(call, found, write);
    },
    service: createIdempotencyService({ ...parts, ...durations, queries: unknownQueries, results, reconcile }),
    stop: () => settlements.stop(),
  };
}

function newClaim(call: Call, fingerprints: Fingerprints): NewClaim {
  const { hash, keyId } = fingerprints.current(writeContent(call.spec));
  return {
    integrationId: call.integrationId,
    key: call.idempotencyKey ?? '',
    owner: randomUUID(),
    fingerprint: hash,
    fingerprintKeyId: keyId,
    endpoint: storedEndpoint(call.endpoint),
    method: call.method,
    requestId: call.id,
    graceMs: call.limits.timeoutMs,
  };
}

const maxEndpointLength = 2_000;

/** An endpoint can be a URL, with secrets in its query; the fingerprint knows them. */
function storedEndpoint(endpoint: string): string {
  return cutText(endpoint.replace(/[?#].*$/s, ''), maxEndpointLength);
}
