/**
 * The testing entry: answers calls in place of the other APIs, and asserts what was called. Needs no test framework.
 *
 * @module
 */
export {
  assertNotRequested,
  assertNothingRequested,
  assertRequestCount,
  assertRequested,
  assertRequestedWith,
  type AssertionOptions,
  type AssertRequestedOptions,
} from './assertions.js';
export { fake, stopFaking, type Fake, type FakeOptions } from './fake.js';
export {
  respond,
  sequence,
  type FakeAnswer,
  type FakeAnswerFields,
  type FakeFunction,
  type FakeResponse,
  type FakeResponses,
  type FakeSequence,
} from './fake-response.js';
export type { FakedRequest } from './faked-request.js';
export type { FakedInstance, InstanceOption } from './instance-transport.js';
