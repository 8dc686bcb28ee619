import { AssertionError } from 'node:assert';
import { IntegrationError } from '../../errors.js';
import type { InstanceOption } from '../tested-instance.js';
import type { FakedRequest } from './faked-request.js';
import { recordedByFakes } from './fake-set.js';
import { listRequests } from './list-requests.js';
import { nearestRequest } from './nearest-pattern.js';
import { requestFilter, type RequestFilterOptions } from './request-filter.js';
import type { RecordedRequest } from './request-recorder.js';

/** Which requests an assertion is about, and of which instance. */
export interface AssertionOptions extends RequestFilterOptions, InstanceOption {}

export interface AssertRequestedOptions extends AssertionOptions {
  /** How many requests there must be; default: at least one. */
  readonly times?: number | undefined;
}

/**
 * Asserts that the last fake was asked for what the pattern matches. Counts calls, not their attempts.
 *
 * @throws AssertionError That lists what was requested
 * @throws IntegrationError `FAKE_MISSING` without a fake, `OPTIONS_INVALID` for options that contradict the pattern
 */
export function assertRequested(pattern: string, options: AssertRequestedOptions = {}): void {
  const { times } = options;
  if (times !== undefined) checkCount(times);
  const { all, matching, description } = find(pattern, options);
  const found = matching.length;
  if (times === undefined ? found > 0 : found === times) return;
  const expected = `${times === undefined ? 'a request' : count(times)} to ${description}`;
  fail({ expected, actual: countOrNone(found), all, pattern: found === 0 ? pattern : null }, assertRequested);
}

/** Asserts that the last fake was asked for nothing that the pattern matches. @throws As {@link assertRequested} */
export function assertNotRequested(pattern: string, options: AssertionOptions = {}): void {
  const { all, matching, description } = find(pattern, options);
  if (matching.length === 0) return;
  fail({ expected: `no request to ${description}`, actual: count(matching.length), all }, assertNotRequested);
}

/**
 * Asserts that a request matches the pattern and satisfies the predicate. @throws As {@link assertRequested}, and what
 * the predicate throws
 */
export function assertRequestedWith(
  pattern: string,
  predicate: (request: FakedRequest) => boolean,
  options: AssertionOptions = {},
): void {
  const { all, matching, description } = find(pattern, options);
  if (matching.some(({ request }) => predicate(request))) return;
  const expected = `a request to ${description} to satisfy the predicate`;
  if (matching.length === 0) fail({ expected, actual: 'none', all, pattern }, assertRequestedWith);
  const actual = `${count(matching.length)} that did not`;
  fail({ expected, actual, all }, assertRequestedWith);
}

/** Asserts how many calls the last fake answered, retries not counted. @throws As {@link assertRequested} */
export function assertRequestCount(expected: number, options: InstanceOption = {}): void {
  checkCount(expected);
  const all = recordedByFakes(options);
  if (all.length === expected) return;
  fail({ expected: count(expected), actual: countOrNone(all.length), all }, assertRequestCount);
}

/** Asserts that the last fake was asked for nothing. @throws As {@link assertRequested} */
export function assertNothingRequested(options: InstanceOption = {}): void {
  const all = recordedByFakes(options);
  if (all.length > 0) fail({ expected: 'no requests', actual: count(all.length), all }, assertNothingRequested);
}

function find(pattern: string, options: AssertionOptions) {
  const { description, matches } = requestFilter(pattern, options);
  const all = recordedByFakes(options);
  return { all, description, matching: all.filter(({ request }) => matches(request)) };
}

/** What an assertion found, in words. */
interface Failure {
  readonly expected: string;
  readonly actual: string;
  readonly all: readonly RecordedRequest[];
  /** What matched nothing: the message says what may have been meant. */
  readonly pattern?: string | null;
}

/** @param assertion Left out of the stack, which so begins with the line of the test. */
function fail({ expected, actual, all, pattern = null }: Failure, assertion: (...args: never[]) => void): never {
  const lines = [`Expected ${expected}, got ${actual}.`, listRequests(all), ...nearestTo(pattern, all)];
  const operator = assertion.name;
  throw new AssertionError({ message: lines.join('\n'), expected, actual, operator, stackStartFn: assertion });
}

function nearestTo(pattern: string | null, all: readonly RecordedRequest[]): string[] {
  if (pattern === null) return [];
  const requests = all.map(({ request: { method, endpoint }, label }) => ({ method, endpoint, label }));
  const nearest = nearestRequest(pattern, requests);
  return nearest === null ? [] : [`Nearest: ${nearest.label}`];
}

function checkCount(expected: number): void {
  if (Number.isInteger(expected) && expected >= 0) return;
  throw new IntegrationError('OPTIONS_INVALID', `A number of requests is an integer from 0, got ${String(expected)}.`);
}

function count(requests: number): string {
  return requests === 1 ? '1 request' : `${String(requests)} requests`;
}

function countOrNone(requests: number): string {
  return requests === 0 ? 'none' : count(requests);
}
