import type { Call } from './call.js';
import type { CallGate } from './call-gate.js';
import type { RetryPolicy } from './retry-policy.js';
import { composeStages } from './stage.js';
import { authorize, type CredentialReader, type TokenKeeper } from './stages/authorize.js';
import { claimIdempotencyKey, type WriteLedger } from './stages/claim-idempotency-key.js';
import { confirmCircuit } from './stages/confirm-circuit.js';
import { confirmClaim } from './stages/confirm-claim.js';
import { guardCircuit, type CircuitGuard } from './stages/guard-circuit.js';
import { limitAttempt } from './stages/limit-attempt.js';
import { parseResponse } from './stages/parse-response.js';
import { recordAttempt, type ErrorRecorder } from './stages/record-attempt.js';
import { recordCall, type CallRecorder } from './stages/record-call.js';
import { renewRefusedToken, type TokenReplacer } from './stages/renew-refused-token.js';
import { retryAttempts } from './stages/retry-attempts.js';
import { send, type Transport } from './stages/send.js';
import { serveFromCache, type ResponseCache } from './stages/serve-from-cache.js';
import { takeRateBudget, type RateBudget } from './stages/take-rate-budget.js';

/** What the stages close over. */
export interface PipelineParts {
  readonly recorder: CallRecorder;
  readonly retryPolicy: RetryPolicy;
  readonly toStoredError: ErrorRecorder;
  readonly credentialReader: CredentialReader;
  readonly tokens: TokenKeeper & TokenReplacer;
  /** Asked for each attempt. */
  readonly transport: () => Transport;
  readonly gate: CallGate;
  readonly cache: ResponseCache;
  readonly ledger: WriteLedger;
  readonly circuit: CircuitGuard;
  readonly budget: RateBudget;
}

/** The ways into the stages. */
export interface Pipeline {
  /** A whole call. */
  run(call: Call): Promise<unknown>;
  /** One attempt of a call whose retries and record somebody else looks after: `integration.http`. */
  runAttempt(call: Call): Promise<unknown>;
}

/** Every call goes through these stages, in this order. */
export function createPipeline(parts: PipelineParts): Pipeline {
  const oncePerAttempt = [
    renewRefusedToken(parts.tokens),
    guardCircuit(parts.circuit),
    takeRateBudget(parts.budget),
    confirmCircuit(parts.circuit),
    confirmClaim(),
    limitAttempt(),
    recordAttempt(parts.toStoredError),
    authorize(parts.credentialReader, parts.tokens),
    send(parts.transport),
    parseResponse(),
  ];
  const oncePerCall = [
    serveFromCache(parts.cache),
    recordCall(parts.recorder),
    claimIdempotencyKey(parts.ledger),
    retryAttempts(parts.retryPolicy, parts.gate),
  ];
  return {
    run: composeStages([...oncePerCall, ...oncePerAttempt]),
    runAttempt: composeStages(oncePerAttempt),
  };
}
