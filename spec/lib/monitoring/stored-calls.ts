import { Types } from 'mongoose';
import type { IntegrationRequestFields } from '../../../schemas/integration-request.js';
import type { IntegrationModels } from '../../../schemas/models.js';
import type { FailureClass } from '../../../lib/types/failure-class.js';

/** What a spec says of a call in the log; all else is what a successful GET has. */
export interface StoredCall {
  readonly failureClass?: FailureClass | null;
  readonly message?: string | null;
  readonly statusCode?: number | null;
  readonly method?: string;
  readonly endpoint?: string;
  readonly related?: { readonly type: string; readonly id: unknown };
  readonly minutesAgo?: number;
  /** A failure class of an attempt before the last. */
  readonly earlier?: FailureClass;
}

/** Stores calls in the request log, as processes of the application would have done. */
export async function storeCalls(
  { IntegrationRequest }: IntegrationModels,
  integrationId: Types.ObjectId,
  calls: readonly StoredCall[],
): Promise<void> {
  await IntegrationRequest.collection.insertMany(calls.map((call) => ({ ...fieldsOf(call), integrationId })));
}

/** So many of the same kind. */
export function times(count: number, call: StoredCall = {}): StoredCall[] {
  return Array.from({ length: count }, () => call);
}

function fieldsOf(call: StoredCall): Omit<IntegrationRequestFields, 'integrationId'> {
  const { failureClass = null, message = failureClass, statusCode = 200, minutesAgo = 0, earlier, related } = call;
  const createdAt = new Date(Date.now() - minutesAgo * 60_000);
  const error = message === null ? null : { class: 'Error', message, code: null, trace: null };
  const attempt = { startedAt: createdAt, durationMs: 1, statusCode, error, providerRequestId: null, delayBeforeMs: 0 };
  const classes = earlier === undefined ? [failureClass] : [earlier, failureClass];
  return {
    _id: new Types.ObjectId(),
    endpoint: call.endpoint ?? '/issues',
    method: call.method ?? 'GET',
    statusCode,
    requestData: null,
    responseData: null,
    idempotencyKey: null,
    providerRequestId: null,
    error,
    durationMs: 1,
    retryOfId: null,
    relatedType: related?.type ?? null,
    relatedId: related?.id ?? null,
    cacheHits: 0,
    staleHits: 0,
    attempts: classes.map((each, index) => ({ ...attempt, number: index + 1, failureClass: each })),
    createdAt,
    updatedAt: createdAt,
  };
}
