import { AssertionError } from 'node:assert';
import { IntegrationError } from '../errors.js';
import type { FakedRequest } from './faked-request.js';
import type { InstanceOption } from './instance-transport.js';
import { recordedByLastFake } from './last-fake.js';
import { listRequests } from './list-requests.js';
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
  const expected = times === undefined ? 'a request' : count(times);
  fail(`Expected ${expected} to ${description}, got ${countOrNone(found)}.`, all, assertRequested);
}

/** Asserts that the last fake was asked for nothing that the pattern matches. @throws As {@link assertRequested} */
export function assertNotRequested(pattern: string, options: AssertionOptions = {}): void {
  const { all, matching, description } = find(pattern, options);
  if (matching.length === 0) return;
  fail(`Expected no request to ${description}, got ${count(matching.length)}.`, all, assertNotRequested);
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
  const found = matching.length === 0 ? 'got none' : `which ${count(matching.length)} did not`;
  fail(`Expected a request to ${description} to satisfy the predicate, ${found}.`, all, assertRequestedWith);
}

/** Asserts how many calls the last fake answered, retries not counted. @throws As {@link assertRequested} */
export function assertRequestCount(expected: number, options: InstanceOption = {}): void {
  checkCount(expected);
  const all = recordedByLastFake(options);
  if (all.length === expected) return;
  fail(`Expected ${count(expected)}, got ${countOrNone(all.length)}.`, all, assertRequestCount);
}

/** Asserts that the last fake was asked for nothing. @throws As {@link assertRequested} */
export function assertNothingRequested(options: InstanceOption = {}): void {
  const all = recordedByLastFake(options);
  if (all.length > 0) fail(`Expected no requests, got ${count(all.length)}.`, all, assertNothingRequested);
}

function find(pattern: string, options: AssertionOptions) {
  const { description, matches } = requestFilter(pattern, options);
  const all = recordedByLastFake(options);
  return { all, description, matching: all.filter(({ request }) => matches(request)) };
}

/** @param assertion Left out of the stack, which so begins with the line of the test. */
function fail(message: string, all: readonly RecordedRequest[], assertion: (...args: never[]) => void): never {
  const { name: operator } = assertion;
  throw new AssertionError({ message: `${message}\n${listRequests(all)}`, operator, stackStartFn: assertion });
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
