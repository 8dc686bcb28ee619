import { setTimeout as sleep } from 'node:timers/promises';
import type { IntegrationDocument } from '../../schemas/integration.js';
import type { GateViews } from '../gates/gate-views.js';
import type { AttemptResult } from '../requests/attempt-result.js';
import type { LoggerLike } from '../types/logger.js';
import type { CircuitNotices } from './circuit-notices.js';
import type { CircuitQueries } from './circuit-queries.js';
import { forcedState } from './circuit-state.js';
import { takeIn } from './take-in.js';

export interface EndProbeParts {
  readonly queries: CircuitQueries;
  readonly views: GateViews;
  readonly cooldownMs: number;
  readonly notices: CircuitNotices;
  readonly logger: LoggerLike;
}

/** A probe that was asked for. */
export interface Claim {
  readonly integration: IntegrationDocument;
  readonly gateId: string;
  readonly token: string;
  /** Whether it was given; never rejects. */
  readonly given: Promise<boolean>;
  /** The end of the lease, by the monotonic clock. */
  readonly until: number;
}

const longestPauseMs = 1_000;

/**
 * Stores what came of a probe. Repeats that until it is stored or the lease is over: a lost reply is no reason to hold
 * the others up. Never rejects.
 */
export async function endProbe(parts: EndProbeParts, claim: Claim, result: AttemptResult): Promise<void> {
  const { gateId, given, until } = claim;
  // What overtakes the claim would find nothing to end.
  await given;
  for (let pauseMs = 50; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      await storeEnd(parts, claim, result);
      return;
    } catch (error) {
      if (performance.now() + pauseMs >= until) {
        parts.logger.warn('The end of a probe could not be stored: others wait for its lease.', { gateId, error });
        return;
      }
      await sleep(pauseMs, undefined, { ref: false });
    }
  }
}

async function storeEnd(
  { queries, views, cooldownMs, notices }: EndProbeParts,
  { integration, gateId, token }: Claim,
  result: AttemptResult,
): Promise<void> {
  const reply = await queries.endProbe(gateId, token, result, cooldownMs);
  const circuit = takeIn(views, gateId, reply);
  // The lease was over, and another attempt has the probe.
  if (reply === null || circuit?.probe !== token) return;
  // What happens behind an operator's word changes nothing for anybody.
  if (forcedState(circuit, reply.serverTime.getTime()) !== null) return;
  if (result === 'answered') await notices.closed(integration, 'probeSucceeded');
  if (result === 'failed') await notices.opened(integration, 'probeFailed');
}
