import type { PipelineStage, Types } from 'mongoose';
import type { IntegrationModels } from '../../schemas/models.js';
import { integrationId, integrationNotFound } from '../integration-store/integration-id.js';
import { integrationInvalid } from '../integration-store/integration-invalid.js';
import type { FailureSummary } from '../types/failure-summary.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import { minuteMs } from '../time-units.js';
import { failureClassOfCall, isFailedCall, summaryTimeMs } from './failed-calls.js';

export interface FailureSummaryOptions {
  /** How far back it looks; 1 to 527,040 (366 days). Default 60. */
  readonly minutes?: number;
}

const longestMinutes = 527_040;
/** Messages, operations and items are looked for among so many failed calls, the newest: memory is bounded. */
const mostFailures = 50_000;
const messageCharacters = 200;

/**
 * Sums up the failures of an integration in the last minutes, from its request log, in one pass over it.
 *
 * @throws IntegrationError `INTEGRATION_NOT_FOUND`, and `INTEGRATION_INVALID` for minutes out of range
 */
export async function failureSummary(
  models: IntegrationModels,
  target: IdOrDocument,
  { minutes = 60 }: FailureSummaryOptions = {},
): Promise<FailureSummary> {
  if (!Number.isFinite(minutes) || minutes < 1 || minutes > longestMinutes) {
    throw integrationInvalid('minutes', `a number from 1 to ${String(longestMinutes)}`, minutes);
  }
  const id = integrationId(target);
  if (id === null || (await models.Integration.exists({ _id: id })) === null) throw integrationNotFound(target);
  const until = new Date();
  const since = new Date(until.getTime() - minutes * minuteMs);
  const [facets] = await models.IntegrationRequest.aggregate<Facets>(summaryPipeline(id, since, until)).option({
    maxTimeMS: summaryTimeMs,
  });
  return { since, until, ...figuresOf(facets) };
}

/** What the pipeline gives, one document. */
interface Facets extends Pick<FailureSummary, 'byStatus' | 'byClass' | 'topErrors' | 'byOperation'> {
  readonly totals: readonly { readonly total: number; readonly failed: number }[];
  readonly items: readonly { readonly count: number }[];
}

function figuresOf(facets: Facets | undefined): Omit<FailureSummary, 'since' | 'until'> {
  const { totals = [], byStatus = [], byClass = [], topErrors = [], byOperation = [], items = [] } = facets ?? {};
  const { total, failed } = totals[0] ?? { total: 0, failed: 0 };
  const rate = total === 0 ? 0 : failed / total;
  return { total, failed, rate, byStatus, byClass, topErrors, byOperation, distinctItems: items[0]?.count ?? 0 };
}

function summaryPipeline(integrationId: Types.ObjectId, since: Date, until: Date): PipelineStage[] {
  return [
    { $match: { integrationId, createdAt: { $gte: since, $lte: until } } },
    // The order of the index: the newest first.
    { $sort: { createdAt: -1 } },
    {
      $project: {
        failed: isFailedCall,
        status: { $toString: { $ifNull: ['$statusCode', 'none'] } },
        failureClass: { $ifNull: [failureClassOfCall, 'unknown'] },
        message: { $substrCP: [{ $ifNull: ['$error.message', ''] }, 0, messageCharacters] },
        operation: { $concat: ['$method', ' ', '$endpoint'] },
        relatedType: 1,
        relatedId: 1,
      },
    },
    {
      $facet: {
        totals: [{ $group: { _id: null, total: { $sum: 1 }, failed: { $sum: { $cond: ['$failed', 1, 0] } } } }],
        byStatus: [onlyFailed, ...mostFrequent('$status', 100)],
        byClass: [onlyFailed, ...mostFrequent('$failureClass', 100)],
        topErrors: [onlyFailed, newest, { $match: { message: { $ne: '' } } }, ...mostFrequent('$message', 10)],
        byOperation: [onlyFailed, newest, ...mostFrequent('$operation', 50)],
        items: [
          onlyFailed,
          newest,
          { $match: { relatedType: { $type: 'string' } } },
          { $group: { _id: { type: '$relatedType', id: '$relatedId' } } },
          { $count: 'count' },
        ],
      },
    },
  ];
}

const onlyFailed = { $match: { failed: true } };
const newest = { $limit: mostFailures };

function mostFrequent(key: string, limit: number): PipelineStage.FacetPipelineStage[] {
  return [
    { $group: { _id: key, count: { $sum: 1 } } },
    { $sort: { count: -1, _id: 1 } },
    { $limit: limit },
    { $project: { _id: 0, key: '$_id', count: 1 } },
  ];
}
