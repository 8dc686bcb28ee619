import { openInstances } from '../instance/default-instance.js';
import { IntegrationError } from '../errors.js';
import { integrationId } from '../integration-store/integration-id.js';
import { createRedactor } from '../redaction/redactor.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import type { FakeResponse, FakeResponses } from './fake-response.js';
import { createFakeScript } from './fake-script.js';
import { createFakeTransport } from './fake-transport.js';
import type { FakedRequest } from './faked-request.js';
import { transportOf, type InstanceOption } from './instance-transport.js';
import { rememberFake } from './last-fake.js';
import { createRequestRecorder } from './request-recorder.js';

export interface FakeOptions extends InstanceOption {
  /**
   * Answers the calls that no pattern matches. Default: where responses were given, such a call raises
   * `FAKE_RESPONSE_MISSING`; where none were, it is answered with null.
   */
  readonly unmatched?: FakeResponse;
}

/** A fake that was begun. */
export interface Fake {
  /** What it was asked for, in order: one for each call, whatever the number of its attempts. */
  readonly requests: readonly FakedRequest[];
  /**
   * Adds responses for the calls of one integration, given as a document or id. They come before the general ones,
   * which serve what they do not match.
   *
   * @throws IntegrationError `OPTIONS_INVALID` for what is no integration, or no object of responses
   */
  forIntegration(integration: IdOrDocument, responses: FakeResponses): Fake;
  /** Lets calls out again, unless another fake has taken over. */
  stop(): void;
}

/**
 * Answers all calls of an instance in place of the other APIs, until {@link stopFaking}. Only the sending is replaced:
 * retries, response schemas, the request log and events stay real. A fake replaces the one before, and what that
 * recorded.
 *
 * @param responses Pattern to response: `'/issues'`, `'GET:/repos/*'`. The most specific pattern wins: with a method
 *   before without, exact before `*`, more literal characters before fewer.
 * @throws IntegrationError `INSTANCE_MISSING`, `INSTANCE_AMBIGUOUS`, `OPTIONS_INVALID`
 */
export function fake(responses?: FakeResponses, options: FakeOptions = {}): Fake {
  const transport = transportOf(options);
  const { unmatched = responses === undefined ? null : undefined } = options;
  const script = createFakeScript(responses ?? {}, unmatched);
  const recorder = createRequestRecorder(createRedactor());
  const faked = createFakeTransport((call, http) => script.answer(recorder.note(call, http)));
  transport.use(faked);
  rememberFake(transport, recorder);

  const handle: Fake = {
    get requests() {
      return recorder.all().map(({ request }) => request);
    },
    forIntegration(integration, added) {
      script.addFor(idOf(integration), added);
      return handle;
    },
    stop() {
      if (transport.current() === faked) transport.use(null);
    },
  };
  return handle;
}

/**
 * Lets calls out again: those of the given instance, or of all open ones. The assertions still know what was recorded.
 * Does nothing where nothing is faked.
 *
 * @throws IntegrationError `OPTIONS_INVALID` for what is no instance
 */
export function stopFaking({ integrations }: InstanceOption = {}): void {
  const instances = integrations === undefined ? openInstances() : [integrations];
  for (const instance of instances) transportOf({ integrations: instance }).use(null);
}

function idOf(integration: IdOrDocument) {
  const id = integrationId(integration);
  if (id !== null) return id;
  throw new IntegrationError('OPTIONS_INVALID', 'forIntegration() takes an integration or its id.');
}
