import { isIntegrationError } from '../errors.js';
import { isCancellation } from './cancellation.js';
import { property } from './cause-chain.js';
import { failureChain } from './failure-chain.js';
import { isWithoutAnswer } from './without-answer.js';

/** Where SDKs keep the HTTP status of a failure. */
const accessors: readonly (readonly string[])[] = [
  // Ours, Stripe, Postmark, Slack, undici, AWS 2
  ['statusCode'],
  // Octokit, Twilio, OpenAI, axios, superagent, http-errors, a fetch Response
  ['status'],
  // axios, ky, octokit, gaxios
  ['response', 'status'],
  // got
  ['response', 'statusCode'],
  // AWS 3
  ['$metadata', 'httpStatusCode'],
  ['$response', 'statusCode'],
  ['httpStatusCode'],
  // Stripe; Boom
  ['raw', 'statusCode'],
  ['output', 'statusCode'],
];

/**
 * The HTTP status of a failure; the outermost error of the cause chain that has one wins. Null: none has.
 *
 * @param error An error, or the response object of an SDK.
 */
export function statusCodeOf(error: unknown): number | null {
  for (const link of failureChain(error)) {
    // What led to a drift is an error of the schema, not of the call.
    if (isIntegrationError(link, 'SCHEMA_DRIFT')) return null;
    // Octokit gives what got no answer the status 500.
    if (isOurs(link) || isCancellation(link) || isWithoutAnswer(link)) continue;
    const status = statusIn(link);
    if (status !== null) return status;
  }
  return null;
}

function statusIn(link: unknown): number | null {
  for (const path of accessors) {
    const status = path.reduce(property, link);
    if (isHttpStatus(status)) return status;
  }
  return statusByCode(property(link, 'code'));
}

/** Google's clients have the status of an error answer for a `code`, as a number or as text. */
function statusByCode(code: unknown): number | null {
  const status = typeof code === 'string' && /^[45]\d\d$/.test(code) ? Number(code) : code;
  return isHttpStatus(status) && status >= 400 ? status : null;
}

/** `status` of our own errors is what we answer, not what we were answered; `statusCode` is. */
function isOurs(error: unknown): boolean {
  return isIntegrationError(error) && !isHttpStatus(property(error, 'statusCode'));
}

/** Is this a status of HTTP, as a number? */
export function isHttpStatus(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 100 && value <= 599;
}
