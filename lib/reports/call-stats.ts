import type { Types } from 'mongoose';
import type { IntegrationModels } from '../../schemas/models.js';
import { isFailedCall, summaryTimeMs } from '../monitoring/failed-calls.js';
import { byIntegration } from './by-integration.js';
import { perWindow, shortestWindow, windowStart, type StatsWindow } from './stats-windows.js';

/** The calls of a window, from the request log. */
export interface CallStats {
  /** Calls that were made; those that the cache answered are no calls. */
  readonly requests: number;
  readonly failed: number;
  /** Failed of all, 0 to 1; null: there were none. */
  readonly errorShare: number | null;
  /** Of successful calls, retries and waiting included, in milliseconds; null: there were none. */
  readonly averageLatencyMs: number | null;
  /** As long or less took 95 of 100 of them: to within a tenth. */
  readonly p95LatencyMs: number | null;
  /** How often a response that was fetched in the window was served again. */
  readonly cacheHits: number;
  /** How often that was done in place of a call that had failed. */
  readonly staleHits: number;
  /** `cacheHits` of calls and hits together, 0 to 1; null: there were neither. */
  readonly cacheHitShare: number | null;
}

/** The calls of an integration whose shortest window, and whose latency, is the same. */
interface Row {
  readonly _id: { readonly integrationId: Types.ObjectId; readonly window: number; readonly bucket: number | null };
  readonly requests: number;
  readonly durationMs: number;
  readonly cacheHits: number;
  readonly staleHits: number;
}

/** Latencies are told apart by a fourth of an octave. */
const bucketsPerOctave = 4;
const fastestMs = 1;

/**
 * The calls of integrations by the hexadecimal id, in one pass over the log. It may be a secondary that is asked:
 * figures of a month may be seconds old, and should not burden the primary.
 */
export async function callStats(
  { IntegrationRequest }: Pick<IntegrationModels, 'IntegrationRequest'>,
  ids: readonly Types.ObjectId[],
  now: number,
): Promise<Map<string, Record<StatsWindow, CallStats>>> {
  const rows = await IntegrationRequest.collection
    .aggregate<Row>(
      [
        { $match: { integrationId: { $in: ids }, createdAt: { $gte: windowStart('last30Days', now) } } },
        {
          $group: {
            _id: { integrationId: '$integrationId', window: shortestWindow('$createdAt', now), bucket },
            requests: { $sum: 1 },
            durationMs: { $sum: '$durationMs' },
            cacheHits: { $sum: '$cacheHits' },
            staleHits: { $sum: '$staleHits' },
          },
        },
      ],
      { readPreference: 'secondaryPreferred', maxTimeMS: summaryTimeMs, allowDiskUse: true },
    )
    .toArray();
  return byIntegration(ids, rows, (own) => perWindow(own, figuresOf));
}

/** Null: the call failed. */
const bucket = {
  $cond: [
    isFailedCall,
    null,
    {
      $floor: {
        $multiply: [bucketsPerOctave, { $log: [{ $max: [fastestMs, { $ifNull: ['$durationMs', fastestMs] }] }, 2] }],
      },
    },
  ],
};

function figuresOf(rows: readonly Row[]): CallStats {
  const sum = (of: readonly Row[], field: 'requests' | 'durationMs' | 'cacheHits' | 'staleHits') =>
    of.reduce((total, row) => total + row[field], 0);
  const successes = rows.filter(({ _id }) => _id.bucket !== null);
  const requests = sum(rows, 'requests');
  const succeeded = sum(successes, 'requests');
  const cacheHits = sum(rows, 'cacheHits');
  return {
    requests,
    failed: requests - succeeded,
    errorShare: share(requests - succeeded, requests),
    averageLatencyMs: share(sum(successes, 'durationMs'), succeeded),
    p95LatencyMs: percentile(successes, 0.95 * succeeded),
    cacheHits,
    staleHits: sum(rows, 'staleHits'),
    cacheHitShare: share(cacheHits, requests + cacheHits),
  };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/** The middle of the bucket in which so many calls are reached. */
function percentile(rows: readonly Row[], rank: number): number | null {
  let seen = 0;
  for (const { _id, requests } of rows.toSorted((a, b) => (a._id.bucket ?? 0) - (b._id.bucket ?? 0))) {
    seen += requests;
    if (seen >= rank) return Math.round(2 ** (((_id.bucket ?? 0) + 0.5) / bucketsPerOctave));
  }
  return null;
}
