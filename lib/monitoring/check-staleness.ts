import { Types } from 'mongoose';
import type { ProviderRegistry } from '../../providers/registry.js';
import type { IntegrationFields, IntegrationModel } from '../../schemas/integration.js';
import { integrationCollection } from '../integration-store/integration-collection.js';
import { integrationId, integrationNotFound } from '../integration-store/integration-id.js';
import { scheduleOf, type OwnSchedule } from '../sync/schedule/schedule-of.js';
import { timeAfter } from '../sync/schedule/time-after.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import { beginStaleness, recoverStaleness, remindOfStaleness, type StalenessParts } from './staleness-episode.js';

export interface StalenessCheckParts extends StalenessParts {
  readonly registry: Pick<ProviderRegistry, 'find'>;
  /** Sync intervals without a clean sync after which an integration is stale. */
  readonly afterIntervals: number;
}

/** What a check found. */
export interface StalenessResult {
  /** Active integrations that were looked at. */
  readonly checked: number;
  /** How many of them have overdue syncs. */
  readonly stale: number;
  /** How many of those this check was the first to find. */
  readonly becameStale: number;
  /** How many episodes this check ended. */
  readonly recovered: number;
}

type SeenField = '_id' | 'provider' | 'lastSyncedAt' | 'createdAt' | 'staleSince' | 'syncPausedAt' | keyof OwnSchedule;

/** With the time of the server, which all dates in it are compared with. */
type Seen = Pick<IntegrationFields, SeenField> & { readonly now: Date };

const projection = {
  provider: 1,
  syncIntervalMinutes: 1,
  syncCron: 1,
  syncTimeZone: 1,
  syncPausedAt: 1,
  lastSyncedAt: 1,
  createdAt: 1,
  staleSince: 1,
  now: '$$NOW',
} as const;

const pageSize = 500;

/**
 * Looks for integrations that have had no clean sync for too many of their intervals, counted from their creation where
 * there never was one. An episode begins and ends once, whoever checks at the same time. What has no schedule is never
 * stale, and what is switched off, or whose schedule is paused, is left alone. No part of health: the other API may be
 * well.
 *
 * @param target Default: all active integrations, page by page.
 * @throws IntegrationError `INTEGRATION_NOT_FOUND`
 */
export async function checkStaleness(parts: StalenessCheckParts, target?: IdOrDocument): Promise<StalenessResult> {
  let result: StalenessResult = { checked: 0, stale: 0, becameStale: 0, recovered: 0 };
  for await (const page of target === undefined ? allActive(parts.model) : only(parts.model, target)) {
    for (const seen of page) result = add(result, await check(parts, seen));
  }
  return result;
}

async function check(parts: StalenessCheckParts, seen: Seen): Promise<StalenessResult> {
  if (seen.syncPausedAt instanceof Date) return unchanged(seen);
  const isStale = isOverdue(parts, seen);
  const wasStale = seen.staleSince !== null;
  const becameStale = isStale && !wasStale && (await beginStaleness(parts, seen));
  const recovered = wasStale && !isStale && (await recoverStaleness(parts, seen));
  if (isStale && wasStale) await remindOfStaleness(parts, seen);
  return { checked: 1, stale: Number(isStale), becameStale: Number(becameStale), recovered: Number(recovered) };
}

function unchanged({ staleSince }: Seen): StalenessResult {
  return { checked: 1, stale: Number(staleSince instanceof Date), becameStale: 0, recovered: 0 };
}

function isOverdue({ registry, afterIntervals }: StalenessCheckParts, seen: Seen): boolean {
  const schedule = scheduleOf(seen, registry.find(seen.provider)?.provider ?? {});
  if (schedule === null) return false;
  return timeAfter(schedule, seen.lastSyncedAt ?? seen.createdAt, afterIntervals) < seen.now;
}

async function* allActive(model: IntegrationModel): AsyncGenerator<readonly Seen[]> {
  let last = new Types.ObjectId('000000000000000000000000');
  for (;;) {
    const page = await find(model, { isActive: true, _id: { $gt: last } });
    yield page;
    const end = page.at(-1);
    if (end === undefined || page.length < pageSize) return;
    last = end._id;
  }
}

async function* only(model: IntegrationModel, target: IdOrDocument): AsyncGenerator<readonly Seen[]> {
  const _id = integrationId(target);
  if (_id === null || (await model.exists({ _id })) === null) throw integrationNotFound(target);
  yield await find(model, { isActive: true, _id });
}

function find(model: IntegrationModel, filter: { isActive: true; _id: object }): Promise<Seen[]> {
  return integrationCollection(model)
    .find<Seen>(filter, { projection, readPreference: 'primary' })
    .sort({ _id: 1 })
    .limit(pageSize)
    .toArray();
}

function add(one: StalenessResult, other: StalenessResult): StalenessResult {
  return {
    checked: one.checked + other.checked,
    stale: one.stale + other.stale,
    becameStale: one.becameStale + other.becameStale,
    recovered: one.recovered + other.recovered,
  };
}
