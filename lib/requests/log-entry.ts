import type { IntegrationRequestFields } from '../../schemas/integration-request.js';
import type { RequestSummary } from '../context.js';
import { causeChain, property } from '../failures/cause-chain.js';
import { cutText } from '../request-log/cut-text.js';
import type { Call } from './call.js';
import { bodyOfResponse } from './response-object.js';

/** Which side of a call a body belongs to. */
export type BodySide = 'request' | 'response';

/** Makes the stored form of a body: redacted and capped; null where nothing is to be stored. */
export type BodyRecorder = (call: Call, side: BodySide, body: unknown) => string | null;

/** How the parts of a call that can hold secrets are stored. */
export interface EntryRedaction {
  readonly body: BodyRecorder;
  /** Endpoints are labels, but paths and URLs with a query too. */
  readonly endpoint: (call: Call) => string;
}

/** Labels are the caller's own, and may be whole URLs. */
const maxEndpointLength = 2000;
const maxMethodLength = 200;

/** The document of the request log for a call that is over. Outcome and status mirror the last attempt. */
export function logEntry(call: Call, error: unknown, stored: EntryRedaction): IntegrationRequestFields {
  const last = call.attempts.at(-1);
  const { related, data, idempotencyKey, retryOfId } = call.spec;
  const now = new Date();
  return {
    _id: call.id,
    integrationId: call.integrationId,
    endpoint: cutText(stored.endpoint(call), maxEndpointLength),
    method: cutText(call.method, maxMethodLength),
    statusCode: last?.statusCode ?? null,
    requestData: stored.body(call, 'request', data),
    responseData: stored.body(call, 'response', responseBody(call, error)),
    idempotencyKey,
    providerRequestId: last?.providerRequestId ?? null,
    error: error === null ? null : (last?.error ?? null),
    durationMs: Math.round(call.elapsedMs()),
    retryOfId,
    relatedType: related?.type ?? null,
    relatedId: related?.id ?? null,
    cacheHits: 0,
    staleHits: 0,
    attempts: call.attempts,
    createdAt: call.startedAt,
    updatedAt: now,
  };
}

/** What operation logs, webhooks and sync items embed of the call. */
export function requestSummary(call: Call, entry: IntegrationRequestFields): RequestSummary {
  return {
    requestId: call.id,
    endpoint: entry.endpoint,
    method: entry.method,
    statusCode: entry.statusCode,
    durationMs: entry.durationMs ?? 0,
    failureClass: entry.error === null ? null : (call.attempts.at(-1)?.failureClass ?? null),
    startedAt: call.startedAt,
  };
}

/**
 * The answer as received, or what the callback returned, or what the SDK's error holds of the answer; of a retry that
 * was refused, that of the attempt before.
 */
function responseBody(call: Call, error: unknown): unknown {
  if (call.response !== null) return call.response.rawText ?? call.response.body;
  if (call.returned !== undefined) return bodyOfResponse(call.returned);
  for (const link of causeChain(error)) {
    const body = property(link, 'rawText') ?? property(link, 'body') ?? bodyOfResponse(property(link, 'response'));
    if (body !== undefined) return body;
  }
  return null;
}
