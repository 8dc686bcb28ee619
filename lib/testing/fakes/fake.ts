import { openInstances } from '../../instance/default-instance.js';
import { IntegrationError } from '../../errors.js';
import { integrationId } from '../../integration-store/integration-id.js';
import type { IdOrDocument } from '../../types/polymorphic.js';
import { outletOf, type InstanceOption } from '../tested-instance.js';
import type { FakeResponse, FakeResponses } from './fake-response.js';
import { createFakeScript } from './fake-script.js';
import { endFakesOf, fakesOf } from './fake-set.js';
import type { FakedRequest } from './faked-request.js';
import type { Recordings } from './recorded-answer.js';

export interface FakeOptions extends InstanceOption {
  /**
   * Answers the calls that no pattern matches. Default: where responses were given, such a call raises
   * `FAKE_RESPONSE_MISSING`; where none were, it is answered with null.
   */
  readonly unmatched?: FakeResponse;
  /**
   * The integration whose calls are answered, as a document or id: those of all others go out, or to the fakes that
   * they have. Default: all integrations that have no fake of their own.
   */
  readonly integration?: IdOrDocument;
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
  /**
   * The real answers to what was let through by `passThrough()`, in order, redacted as the request log is: plain JSON,
   * and responses that `fake()` takes. Streams, errors that were no answers, and OAuth requests are not in it.
   */
  recordings(): Recordings;
  /** Lets calls out again, unless another fake has taken over. */
  stop(): void;
}

/**
 * Answers the calls of an instance in place of the other APIs, until {@link stopFaking}: those of all integrations, or
 * of one. Only the sending is replaced: retries, response schemas, the request log and events stay real. A fake for all
 * replaces all fakes before it, and what they recorded; one for an integration replaces that integration's.
 *
 * Requests of `createOAuth2Client()` to authorization servers are answered by their URL or path (`'POST:/oauth/token'`)
 * and raise `FAKE_RESPONSE_MISSING` where no pattern matches: none goes out.
 *
 * @param responses Pattern to response: `'/issues'`, `'GET:/repos/*'`. The most specific pattern wins: with a method
 *   before without, exact before `*`, more literal characters before fewer.
 * @throws IntegrationError `INSTANCE_MISSING`, `INSTANCE_AMBIGUOUS`, `OPTIONS_INVALID`
 */
export function fake(responses?: FakeResponses, options: FakeOptions = {}): Fake {
  const outlet = outletOf(options);
  const { unmatched = responses === undefined ? null : undefined, integration } = options;
  const script = createFakeScript(responses ?? {}, unmatched);
  const scope = integration === undefined ? null : idOf(integration, 'The option `integration`');
  const begun = fakesOf(outlet).begin(script, scope);

  const handle: Fake = {
    get requests() {
      return begun.recorded().map(({ request }) => request);
    },
    forIntegration(target, added) {
      script.addFor(idOf(target, 'forIntegration()'), added);
      return handle;
    },
    recordings: begun.tape.recordings,
    stop: begun.end,
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
  for (const instance of instances) endFakesOf(outletOf({ integrations: instance }));
}

function idOf(integration: IdOrDocument, what: string) {
  const id = integrationId(integration);
  if (id !== null) return id;
  throw new IntegrationError('OPTIONS_INVALID', `${what} takes an integration or its id.`);
}
