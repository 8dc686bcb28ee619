import { Types } from 'mongoose';
import type { SyncOutcome } from '../../schemas/integration-sync-run.js';
import type { IntegrationModels } from '../../schemas/models.js';
import { summaryTimeMs } from '../monitoring/failed-calls.js';
import { byIntegration } from './by-integration.js';
import { perWindow, shortestWindow, windowStart, type StatsWindow } from './stats-windows.js';

/** How many syncs that began in a window have ended, and how. */
export type SyncStats = Readonly<Record<SyncOutcome, number>>;

interface Row {
  readonly _id: { readonly integrationId: Types.ObjectId; readonly window: number; readonly outcome: SyncOutcome };
  readonly runs: number;
}

/** The syncs of integrations by the hexadecimal id; a secondary may be asked. */
export async function syncStats(
  { IntegrationSyncRun }: Pick<IntegrationModels, 'IntegrationSyncRun'>,
  ids: readonly Types.ObjectId[],
  now: number,
): Promise<Map<string, Record<StatsWindow, SyncStats>>> {
  const began = { $toDate: '$_id' };
  // The index has ids, which are made when a run begins, to the second.
  const first = Types.ObjectId.createFromTime(Math.ceil(windowStart('last30Days', now).getTime() / 1_000));
  const rows = await IntegrationSyncRun.collection
    .aggregate<Row>(
      [
        { $match: { integrationId: { $in: ids }, _id: { $gte: first }, outcome: { $ne: null } } },
        {
          $group: {
            _id: { integrationId: '$integrationId', window: shortestWindow(began, now), outcome: '$outcome' },
            runs: { $sum: 1 },
          },
        },
      ],
      { readPreference: 'secondaryPreferred', maxTimeMS: summaryTimeMs, allowDiskUse: true },
    )
    .toArray();
  return byIntegration(ids, rows, (own) => perWindow(own, figuresOf));
}

function figuresOf(rows: readonly Row[]): SyncStats {
  const count = (wanted: SyncOutcome) =>
    rows.reduce((sum, { _id, runs }) => (_id.outcome === wanted ? sum + runs : sum), 0);
  return {
    success: count('success'),
    partial: count('partial'),
    failed: count('failed'),
    cancelled: count('cancelled'),
  };
}
