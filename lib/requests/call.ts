import { Types } from 'mongoose';
import type { AnyProvider, OutgoingRequest } from '../../providers/contracts.js';
import type { IntegrationDocument } from '../../schemas/integration.js';
import type { RequestAttempt } from '../../schemas/integration-request.js';
import { ambient, type RequestContext, type ResponseMetadata } from '../context.js';
import type { HttpResponse } from '../http/messages.js';
import type { AttemptFailure } from './attempt-failure.js';
import type { AttemptSignal } from './attempt-signal.js';
import type { CallSpec } from './call-spec.js';
import { reportedMetadata } from './reported-metadata.js';
import type { WriteClaim } from './write-claim.js';

/** Limits of a call, resolved from the call, the verb and the instance's options. */
export interface CallLimits {
  readonly maxAttempts: number;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly maxResponseBytes: number;
}

/** A remembered response that has expired. */
export interface Revalidation {
  /** Ask for the response only if it is another one (RFC 9110, section 13.1). */
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: unknown;
}

const noMetadata: ResponseMetadata = {};
const neverAborted = new AbortController().signal;

/** One logical call on its way through the pipeline. Each field after the first block is written by one stage. */
export class Call implements RequestContext {
  /** Id of the document in the request log. */
  readonly id = new Types.ObjectId();
  readonly startedAt = new Date();
  private readonly clock = performance.now();
  /** Hidden: callbacks get the call as their context, and may print it. */
  #knownSecrets: readonly string[] = [];

  /** By retry-attempts. */
  attempt = 0;
  delayBeforeMs = 0;
  signal: AbortSignal = neverAborted;
  startTimeout: AttemptSignal['startTimeout'] = () => undefined;

  /** By whoever repeats attempts: what the last one failed with. */
  previousFailure: unknown = undefined;

  /** By serve-from-cache: what is known of the response, for the other API to confirm; null: nothing. */
  revalidation: Revalidation | null = null;
  /** By serve-from-cache: takes what an attempt brought, before it is parsed; null: nobody wants it. */
  keepPayload: ((payload: unknown) => void) | null = null;

  /** By claim-idempotency-key; null: the call may be made as often as it likes. */
  claim: WriteClaim | null = null;

  /** By guard-circuit: when the attempt was let through, by the monotonic clock; null: it was not, or it probes. */
  admittedAt: number | null = null;

  /** By the callback, or by send. */
  responseMetadata: ResponseMetadata = noMetadata;

  /** By record-attempt. */
  readonly attempts: RequestAttempt[] = [];
  /** By record-attempt: how the attempt failed; null where it did not, or was refused before it began. */
  failure: AttemptFailure | null = null;

  /** By authorize: adds the credentials to a request, and what must not appear in a log. */
  authorizer: ((request: OutgoingRequest) => OutgoingRequest | Promise<OutgoingRequest>) | null = null;
  get knownSecrets(): readonly string[] {
    return this.#knownSecrets;
  }

  set knownSecrets(secrets: readonly string[]) {
    this.#knownSecrets = secrets;
  }

  /** By authorize: the sealed tokens that the attempt is made with; null: none. */
  presentedTokens: string | null = null;
  /** By renew-refused-token: attempts that count for nothing, because their token was refused. */
  renewals = 0;

  /** By send: something may have left the process, or the callback has begun. */
  isSent = false;
  /** By send: what the upstream answered, or the callback returned. */
  response: HttpResponse | null = null;
  returned: unknown = undefined;
  /** By send: the other API has confirmed what was known. */
  isConfirmed = false;

  constructor(
    readonly integration: IntegrationDocument,
    readonly providerDefinition: AnyProvider,
    readonly spec: CallSpec,
    readonly limits: CallLimits,
  ) {}

  get integrationId(): Types.ObjectId {
    return this.integration._id;
  }

  get provider(): string {
    return this.integration.provider;
  }

  get endpoint(): string {
    return this.spec.endpoint;
  }

  get method(): string {
    return this.spec.method;
  }

  get idempotencyKey(): string | null {
    return this.spec.idempotencyKey;
  }

  get maxAttempts(): number {
    return this.limits.maxAttempts;
  }

  /** What the attempt brought, before it is checked and typed. */
  get payload(): unknown {
    if (this.isConfirmed) return this.revalidation?.payload;
    if (this.response === null) return this.returned;
    const { statusCode, headers, body } = this.response;
    return this.spec.options.wholeResponse === true ? { statusCode, headers, body } : body;
  }

  /** Milliseconds since the call began. */
  elapsedMs(): number {
    return performance.now() - this.clock;
  }

  /** Milliseconds until the deadline. */
  remainingMs(): number {
    return this.limits.deadlineMs - this.elapsedMs();
  }

  /** Forgets what the last attempt left. */
  beginAttempt(delayBeforeMs: number, { signal, startTimeout }: Pick<AttemptSignal, 'signal' | 'startTimeout'>): void {
    this.attempt += 1;
    this.delayBeforeMs = delayBeforeMs;
    this.signal = signal;
    this.startTimeout = startTimeout;
    this.admittedAt = null;
    this.responseMetadata = noMetadata;
    this.failure = null;
    this.isSent = false;
    this.response = null;
    this.returned = undefined;
    this.isConfirmed = false;
  }

  reportResponseMetadata(metadata: ResponseMetadata): void {
    if (this.isReportedLate()) return;
    this.responseMetadata = { ...this.responseMetadata, ...reportedMetadata(metadata) };
  }

  /** By a callback of an earlier attempt, which nobody waits for any more. */
  private isReportedLate(): boolean {
    const { request, attempt } = ambient();
    return request === this && attempt !== this.attempt;
  }
}
