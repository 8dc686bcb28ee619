import type { IdOrDocument } from '../types/polymorphic.js';
import { listRequests, type ListRequestsOptions, type RequestPage } from './list-requests.js';
import { overview, type IntegrationOverview, type OverviewParts } from './overview.js';
import type { ReportOptions } from './report-page.js';
import { showRequest, type ShownRequest } from './show-request.js';
import { stats, type IntegrationStats } from './stats.js';

/** What operators ask of the request log. Each function's own file says what it promises and raises. */
export interface RequestReports {
  list(options?: ListRequestsOptions): Promise<RequestPage>;
  show(target: IdOrDocument): Promise<ShownRequest>;
}

/** What tells operators how all integrations are, at once. Each function's own file says what it promises and raises. */
export interface Reports {
  overview(options?: ReportOptions): Promise<IntegrationOverview[]>;
  stats(options?: ReportOptions): Promise<IntegrationStats[]>;
  readonly requests: RequestReports;
}

export function createReports(parts: OverviewParts): Reports {
  const { models } = parts;
  return {
    overview: (options) => overview(parts, options),
    stats: (options) => stats(models, options),
    requests: {
      list: (options) => listRequests(models, options),
      show: (target) => showRequest(models, target),
    },
  };
}
