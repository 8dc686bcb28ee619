/**
 * The testing entry: answers calls in place of the other APIs and asserts what was called, makes integrations, signed
 * webhooks and sync sessions, runs what is due, waits for what is stored, and serves an upstream with faults. Needs no
 * test framework.
 *
 * @module
 */
export { runDueJobs, type RunDueJobsOptions } from './database/run-due-jobs.js';
export type { Selected, Selector } from './database/selectors.js';
export { travel } from './database/travel.js';
export { waitFor, type WaitForOptions, type WantedState } from './database/wait-for.js';
export { createIntegration, type TestIntegration, type TestTokens } from './factories/create-integration.js';
export {
  assertNotRequested,
  assertNothingRequested,
  assertRequestCount,
  assertRequested,
  assertRequestedWith,
  type AssertionOptions,
  type AssertRequestedOptions,
} from './fakes/assertions.js';
export { fake, stopFaking, type Fake, type FakeOptions } from './fakes/fake.js';
export {
  passThrough,
  respond,
  sequence,
  type FakeAnswer,
  type FakeAnswerFields,
  type FakeFunction,
  type FakePassThrough,
  type FakeResponse,
  type FakeResponses,
  type FakeSequence,
} from './fakes/fake-response.js';
export type { FakedRequest } from './fakes/faked-request.js';
export type { RecordedAnswer, RecordedAnswers, Recordings } from './fakes/recorded-answer.js';
export type { CursorRules } from '../sync/runs/next-cursor.js';
export type { Span } from './span.js';
export {
  FakeSyncSession,
  type CapturedItem,
  type FakeSyncSessionOptions,
  type NextCursorOptions,
} from './syncs/fake-sync-session.js';
export type { FakedInstance, InstanceOption } from './tested-instance.js';
export { faults, type Fault, type RateLimitedOptions } from './upstream/faults.js';
export { pages, type PagesOptions } from './upstream/pages.js';
export { startUpstream, type Upstream, type UpstreamOptions } from './upstream/start-upstream.js';
export type { FaultTarget, RandomFaults } from './upstream/fault-plan.js';
export type { UpstreamClock } from './upstream/upstream-clock.js';
export type { UpstreamAnswer, UpstreamRequest } from './upstream/upstream-request.js';
export { tokenEndpoint, type TokenEndpoint, type TokenEndpointOptions } from './upstream/token-endpoint.js';
export { deliverWebhook, type DeliverWebhookOptions } from './webhooks/deliver-webhook.js';
export { signWebhook, type SignedWebhook, type SignWebhookInput } from './webhooks/sign-webhook.js';
