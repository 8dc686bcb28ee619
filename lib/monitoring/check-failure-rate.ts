import { trusted, type Types } from 'mongoose';
import type { IntegrationModels } from '../../schemas/models.js';
import { durableWrite } from '../durable-write.js';
import type { EventHub } from '../event-hub.js';
import { integrationId, integrationNotFound } from '../integration-store/integration-id.js';
import type { MonitoringSettings } from '../options.js';
import type { FailureRateReport } from '../types/failure-rate-report.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import { minuteMs } from '../time-units.js';
import { failureRates, type FailureRate } from './failure-rates.js';
import { failureSummary } from './failure-summary.js';

export interface FailureRateParts {
  readonly models: IntegrationModels;
  readonly settings: Pick<MonitoringSettings, 'windowMinutes' | 'failureRate' | 'minimumCalls'>;
  readonly emit: EventHub['emit'];
}

/** What a check needs to know of an integration. */
interface Watched {
  readonly _id: Types.ObjectId;
  readonly failureRateElevatedSince?: Date | null;
}

type Change = 'elevated' | 'recovered';

const batchSize = 200;
/** An episode lasts so long at least: a rate around the threshold must not become a stream of alarms. */
const shortestEpisodeMs = minuteMs;

/**
 * Looks at the share of failed calls of one integration, or of all active ones, and emits `elevatedFailureRate` once
 * when it reaches the threshold, and `failureRateRecovered` once when it is below again (with enough calls to say so,
 * or without a failed one), a minute later at the earliest. Failures of the classes `client`, `cancelled` and `local`
 * raise no alarm. Any number of processes may check at the same time.
 *
 * @throws IntegrationError `INTEGRATION_NOT_FOUND`
 */
export async function checkFailureRate(parts: FailureRateParts, target?: IdOrDocument): Promise<FailureRateReport> {
  const report = { checked: 0, elevated: 0, recovered: 0 };
  for await (const batch of target === undefined ? activeOnes(parts) : one(parts, target)) {
    for (const change of await checkBatch(parts, batch)) report[change] += 1;
    report.checked += batch.length;
  }
  return report;
}

const watchedFields = { failureRateElevatedSince: 1 } as const;

async function* one({ models }: FailureRateParts, target: IdOrDocument): AsyncGenerator<Watched[]> {
  const _id = integrationId(target);
  const found = _id === null ? null : await models.Integration.findOne({ _id }).select(watchedFields).lean<Watched>();
  if (found === null) throw integrationNotFound(target);
  yield [found];
}

async function* activeOnes({ models }: FailureRateParts): AsyncGenerator<Watched[]> {
  for (let last: Types.ObjectId | null = null; ;) {
    const page = models.Integration.find({ isActive: true }).select(watchedFields).sort({ _id: 1 }).limit(batchSize);
    // Trusted, here and below: the host may have Mongoose neutralise operators in all filters.
    if (last !== null) page.where({ _id: trusted({ $gt: last }) });
    const batch: Watched[] = await page.lean<Watched[]>();
    if (batch.length > 0) yield batch;
    if (batch.length < batchSize) return;
    last = batch.at(-1)?._id ?? null;
  }
}

async function checkBatch(parts: FailureRateParts, batch: readonly Watched[]): Promise<Change[]> {
  const since = new Date(Date.now() - parts.settings.windowMinutes * minuteMs);
  const ids = batch.map(({ _id }) => _id);
  const rates = await failureRates(parts.models, ids, since);
  const changes: Change[] = [];
  for (const { _id, failureRateElevatedSince = null } of batch) {
    const wasElevated = failureRateElevatedSince !== null;
    const change = changeOf(rates.get(_id.toHexString()) ?? { total: 0, alarming: 0 }, wasElevated, parts.settings);
    if (change !== null && (await announce(parts, _id, change))) changes.push(change);
  }
  return changes;
}

function changeOf(
  { total, alarming }: FailureRate,
  wasElevated: boolean,
  { minimumCalls, failureRate }: FailureRateParts['settings'],
): Change | null {
  const isTelling = total >= minimumCalls;
  const isElevated = isTelling && alarming / total >= failureRate;
  if (!wasElevated) return isElevated ? 'elevated' : null;
  return !isElevated && (isTelling || alarming === 0) ? 'recovered' : null;
}

/** Changes the state, and resolves to whether it did: only that process, of all, emits the event. */
async function announce(parts: FailureRateParts, _id: Types.ObjectId, change: Change): Promise<boolean> {
  const { models, settings, emit } = parts;
  // Before the change: where it cannot be had, the next check is to emit the event.
  const summary = await failureSummary(models, _id, { minutes: settings.windowMinutes });
  const integration = await models.Integration.findOneAndUpdate(
    { _id, ...(change === 'elevated' ? { failureRateElevatedSince: null } : longElevated) },
    [{ $set: { failureRateElevatedSince: change === 'elevated' ? '$$NOW' : null } }],
    { ...durableWrite, updatePipeline: true, returnDocument: 'after' },
  );
  if (integration === null) return false;
  emit(change === 'elevated' ? 'elevatedFailureRate' : 'failureRateRecovered', () => ({ integration, summary }));
  return true;
}

const longElevated = {
  failureRateElevatedSince: trusted({ $ne: null }),
  $expr: trusted({ $lte: ['$failureRateElevatedSince', { $subtract: ['$$NOW', shortestEpisodeMs] }] }),
};
