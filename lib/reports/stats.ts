import type { IntegrationModels } from '../../schemas/models.js';
import { callStats, type CallStats } from './call-stats.js';
import { reportPage, type ReportOptions } from './report-page.js';
import { statsWindows, type StatsWindow } from './stats-windows.js';
import { syncStats, type SyncStats } from './sync-stats.js';

/** The calls and syncs of a window. */
export interface WindowStats extends CallStats {
  readonly syncs: SyncStats;
}

/** What an integration has done in the last 24 hours, 7 days and 30 days. */
export interface IntegrationStats extends Readonly<Record<StatsWindow, WindowStats>> {
  readonly id: string;
  readonly provider: string;
  readonly name: string;
}

/**
 * Figures of a page of integrations, in the order of their ids: by three queries, however many they are.
 *
 * @throws IntegrationError `INTEGRATION_NOT_FOUND`, `OPTIONS_INVALID`
 */
export async function stats(models: IntegrationModels, options: ReportOptions = {}): Promise<IntegrationStats[]> {
  const page = await reportPage(models.Integration, options);
  if (page.length === 0) return [];
  const now = Date.now();
  const ids = page.map(({ _id }) => _id);
  const [calls, syncs] = await Promise.all([callStats(models, ids, now), syncStats(models, ids, now)]);
  return page.flatMap(({ _id, provider, name }) => {
    const id = _id.toHexString();
    const [ofCalls, ofSyncs] = [calls.get(id), syncs.get(id)];
    if (ofCalls === undefined || ofSyncs === undefined) return [];
    const windows = statsWindows.map((window) => [window, { ...ofCalls[window], syncs: ofSyncs[window] }]);
    return { id, provider, name, ...(Object.fromEntries(windows) as Record<StatsWindow, WindowStats>) };
  });
}
