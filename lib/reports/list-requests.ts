import { Types, type mongo } from 'mongoose';
import type { IntegrationRequestFields } from '../../schemas/integration-request.js';
import type { IntegrationModels } from '../../schemas/models.js';
import { isString } from '../../schemas/partial-filters.js';
import { checkedLimit } from '../checked-limit.js';
import { IntegrationError } from '../errors.js';
import { integrationCollection } from '../integration-store/integration-collection.js';
import { integrationId, integrationNotFound } from '../integration-store/integration-id.js';
import { failureClassOfCall, isFailedCall, summaryTimeMs } from '../monitoring/failed-calls.js';
import { failureClasses, type FailureClass } from '../types/failure-class.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import { cursorAfter, cursorText, parseCursor, type RequestCursor } from './request-cursor.js';

/** Which calls to list. */
export interface ListRequestsOptions {
  /** Default: of all integrations. */
  readonly target?: IdOrDocument;
  readonly provider?: string;
  /** Default: both those that failed and those that did not. */
  readonly failed?: boolean;
  /** Failed calls of that class. */
  readonly failureClass?: FailureClass;
  /** As it is stored. */
  readonly endpoint?: string;
  readonly method?: string;
  /** Begun at that time or later. */
  readonly since?: Date;
  /** 1 to 1,000; default 20. */
  readonly limit?: number;
  /** The `next` of the page before. */
  readonly after?: string | null;
}

/** A call in a list: without what was sent and answered. */
export interface ListedRequest {
  readonly id: string;
  readonly integrationId: string;
  readonly endpoint: string;
  readonly method: string;
  readonly statusCode: number | null;
  readonly failed: boolean;
  /** Null: it did not fail. */
  readonly failureClass: FailureClass | null;
  /** Redacted. */
  readonly error: string | null;
  readonly attempts: number;
  readonly durationMs: number | null;
  readonly cacheHits: number;
  readonly createdAt: Date;
}

export interface RequestPage {
  /** The newest first. */
  readonly requests: readonly ListedRequest[];
  /** For `after`; null: there are no more. */
  readonly next: string | null;
}

/** Of so few integrations the index gives the calls in the order of time. */
const fewIntegrations = 50;
const mostIntegrations = 10_000;

type Models = Pick<IntegrationModels, 'Integration' | 'IntegrationRequest'>;

/**
 * A page of the request log. Filters by method, endpoint and failure class look at the calls one after the other, for
 * thirty seconds at most: say `since`, or `target`, where they find few among many.
 *
 * @throws IntegrationError `INTEGRATION_NOT_FOUND` for what cannot be an id, `OPTIONS_INVALID`
 */
export async function listRequests(models: Models, options: ListRequestsOptions = {}): Promise<RequestPage> {
  const limit = checkedLimit(options.limit ?? 20);
  const after = options.after === undefined || options.after === null ? null : parseCursor(options.after);
  const ids = await integrationIds(models, checked(options));
  const isByTime = isOnlyFailed(options) || (ids !== null && ids.length <= fewIntegrations);
  const filter = { ...filterOf(options, ids), $and: [isByTime ? beforeTime(after) : beforeId(after, options.since)] };
  const found = await models.IntegrationRequest.collection
    .find<Row>(filter, {
      ...{ projection, readPreference: 'primary', maxTimeMS: summaryTimeMs, limit: limit + 1 },
      ...(isByTime ? { sort: { createdAt: -1 } } : { sort: { _id: -1 }, hint: { _id: 1 } }),
    })
    .toArray();
  const page = found.slice(0, limit);
  const end = found.length > limit ? cursorAfter(page, after) : null;
  return { requests: page.map(listed), next: end && cursorText(end) };
}

function checked(options: ListRequestsOptions): ListRequestsOptions {
  const { failureClass, failed, since } = options;
  if (failureClass !== undefined && !failureClasses.includes(failureClass)) {
    throw new IntegrationError('OPTIONS_INVALID', `failureClass is one of ${failureClasses.join(', ')}.`);
  }
  if (failureClass !== undefined && failed === false) {
    throw new IntegrationError('OPTIONS_INVALID', 'What has a failure class has failed.');
  }
  if (since !== undefined && Number.isNaN(since.getTime())) {
    throw new IntegrationError('OPTIONS_INVALID', 'since is a date.');
  }
  return options;
}

/** Null: of all integrations. */
async function integrationIds(
  { Integration }: Models,
  { target, provider }: ListRequestsOptions,
): Promise<Types.ObjectId[] | null> {
  const id = integrationId(target);
  if (target !== undefined && id === null) throw integrationNotFound(target);
  if (provider === undefined) return id && [id];
  const found = await integrationCollection(Integration)
    .find<{ readonly _id: Types.ObjectId }>(
      { provider, ...(id !== null && { _id: id }) },
      { projection: { _id: 1 }, limit: mostIntegrations + 1 },
    )
    .toArray();
  if (found.length > mostIntegrations) {
    throw new IntegrationError('OPTIONS_INVALID', 'That provider has too many integrations: name one of them.');
  }
  return found.map(({ _id }) => _id);
}

function isOnlyFailed({ failed, failureClass }: ListRequestsOptions): boolean {
  return failed === true || failureClass !== undefined;
}

type Filter = mongo.Filter<mongo.Document>;

function filterOf(options: ListRequestsOptions, ids: readonly Types.ObjectId[] | null): Filter {
  const { endpoint, method, failed, failureClass, since } = options;
  return {
    ...(ids !== null && { integrationId: { $in: [...ids] } }),
    ...(endpoint !== undefined && { endpoint }),
    ...(method !== undefined && { method }),
    ...(since !== undefined && { createdAt: { $gte: since } }),
    // What the partial indexes hold.
    ...(isOnlyFailed(options) && { 'error.class': isString }),
    ...(failed === false && { $expr: { $not: [isFailedCall] } }),
    ...(failureClass !== undefined && { $expr: { $eq: [failureClassOfCall, failureClass] } }),
  };
}

function beforeTime(after: RequestCursor | null): Filter {
  return after === null ? {} : { createdAt: { $lte: after.at }, _id: { $nin: [...after.ids] } };
}

/** Ids are made when a call begins, to the second; clocks of processes differ. */
const clockSkewSeconds = 60;

function beforeId(after: RequestCursor | null, since: Date | undefined): Filter {
  const last = after?.ids.at(-1);
  const from =
    since && Types.ObjectId.createFromTime(Math.max(0, Math.floor(since.getTime() / 1_000) - clockSkewSeconds));
  if (last === undefined && from === undefined) return {};
  return { _id: { ...(last && { $lt: last }), ...(from && { $gte: from }) } };
}

const projection = {
  ...{ integrationId: 1, endpoint: 1, method: 1, statusCode: 1, durationMs: 1, cacheHits: 1, createdAt: 1 },
  failed: isFailedCall,
  failureClass: failureClassOfCall,
  message: { $ifNull: ['$error.message', null] },
  attempts: { $size: { $ifNull: ['$attempts', []] } },
} as const;

interface Row extends Pick<
  IntegrationRequestFields,
  '_id' | 'integrationId' | 'endpoint' | 'method' | 'statusCode' | 'durationMs' | 'cacheHits' | 'createdAt'
> {
  readonly failed: boolean;
  readonly failureClass: FailureClass | null;
  readonly message: string | null;
  readonly attempts: number;
}

function listed({ _id, integrationId: owner, message, ...call }: Row): ListedRequest {
  const { endpoint, method, statusCode, failed, failureClass, attempts, durationMs, cacheHits, createdAt } = call;
  return {
    id: _id.toHexString(),
    integrationId: owner.toHexString(),
    ...{ endpoint, method, statusCode, failed },
    failureClass: failed ? failureClass : null,
    error: message,
    ...{ attempts, durationMs, cacheHits, createdAt },
  };
}
