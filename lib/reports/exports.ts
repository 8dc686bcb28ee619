/**
 * What operators see of all integrations.
 *
 * @module
 */
export type { RequestReports } from './create-reports.js';
export type { CallStats } from './call-stats.js';
export type { ListedRequest, ListRequestsOptions, RequestPage } from './list-requests.js';
export type { IntegrationOverview } from './overview.js';
export type { ReportOptions } from './report-page.js';
export type { ShownRequest } from './show-request.js';
export type { IntegrationStats, WindowStats } from './stats.js';
export { statsWindows, type StatsWindow } from './stats-windows.js';
export type { SyncStats } from './sync-stats.js';
