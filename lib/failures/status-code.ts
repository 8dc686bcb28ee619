import { isIntegrationError } from '../errors.js';
import { causeChain, property } from './cause-chain.js';

/** Where SDKs keep the HTTP status of a failure: ours and most, axios and octokit, AWS. */
const accessors: readonly (readonly string[])[] = [
  ['statusCode'],
  ['status'],
  ['response', 'status'],
  ['response', 'statusCode'],
  ['$metadata', 'httpStatusCode'],
  ['httpStatusCode'],
];

/** The HTTP status of a failure; the outermost error of the cause chain that has one wins. Null: none has. */
export function statusCodeOf(error: unknown): number | null {
  for (const link of causeChain(error)) {
    // What led to a drift is an error of the schema, not of the call.
    if (isIntegrationError(link, 'SCHEMA_DRIFT')) return null;
    if (isOurs(link)) continue;
    for (const path of accessors) {
      const status = path.reduce(property, link);
      if (isHttpStatus(status)) return status;
    }
  }
  return null;
}

/** `status` of our own errors is what we answer, not what we were answered; `statusCode` is. */
function isOurs(error: unknown): boolean {
  return isIntegrationError(error) && !isHttpStatus(property(error, 'statusCode'));
}

function isHttpStatus(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 100 && value <= 599;
}
