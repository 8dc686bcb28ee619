import type { FailureRateReport } from '../types/failure-rate-report.js';
import type { FailureSummary } from '../types/failure-summary.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import { checkFailureRate, type FailureRateParts } from './check-failure-rate.js';
import { failureSummary, type FailureSummaryOptions } from './failure-summary.js';

/** The services about failed calls. Each function's own file says what it promises and raises. */
export interface FailureWatch {
  failureSummary(target: IdOrDocument, options?: FailureSummaryOptions): Promise<FailureSummary>;
  checkFailureRate(target?: IdOrDocument): Promise<FailureRateReport>;
}

export function createFailureWatch(parts: FailureRateParts): FailureWatch {
  return {
    failureSummary: (target, options) => failureSummary(parts.models, target, options),
    checkFailureRate: (target) => checkFailureRate(parts, target),
  };
}
