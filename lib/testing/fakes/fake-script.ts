import type { Types } from 'mongoose';
import { IntegrationError } from '../../errors.js';
import { isPlainObject } from '../../plain-object.js';
import { FakePassThrough, type FakeResponse, type FakeResponses } from './fake-response.js';
import type { FakedRequest } from './faked-request.js';
import { nearestPattern } from './nearest-pattern.js';
import type { RecordedRequest } from './request-recorder.js';
import { createResponder } from './responder.js';
import { createResponseTable, type ResponseTable } from './response-table.js';

/** What a fake answers to whom. */
export interface FakeScript {
  /** Adds responses for one integration; they come before the general ones, and later ones before earlier ones. */
  addFor(integrationId: Types.ObjectId, responses: FakeResponses): void;
  /**
   * A value, a `FakeAnswer`, or a `FakePassThrough`.
   *
   * @throws The error that was given for the request, or IntegrationError `FAKE_RESPONSE_MISSING`
   */
  answer(recorded: RecordedRequest): Promise<unknown>;
  /** Likewise, of a request to an authorization server: by patterns alone, also of the path, or let through. */
  answerOAuth(recorded: RecordedRequest): Promise<unknown>;
}

/**
 * @param unmatched Answers what no pattern matches; absent: that is an error.
 * @throws IntegrationError `OPTIONS_INVALID` for responses that are no plain object
 */
export function createFakeScript(responses: FakeResponses, unmatched?: FakeResponse): FakeScript {
  const general = tableOf(responses);
  const scoped = new Map<string, readonly ResponseTable[]>();
  const otherwise = unmatched === undefined ? null : createResponder(unmatched);

  function tablesFor({ integrationId }: FakedRequest): readonly ResponseTable[] {
    return [...(scoped.get(integrationId.toHexString()) ?? []), general];
  }

  function find(request: FakedRequest, endpoint = request.endpoint) {
    const line = { method: request.method, endpoint };
    for (const table of tablesFor(request)) {
      const respond = table.find(line);
      if (respond !== null) return respond;
    }
    return null;
  }

  return {
    addFor(integrationId, added) {
      const key = integrationId.toHexString();
      scoped.set(key, [tableOf(added), ...(scoped.get(key) ?? [])]);
    },
    async answer({ request, label }) {
      const respond = find(request) ?? otherwise;
      if (respond === null) throw responseMissing({ request, label }, tablesFor(request));
      return respond(request);
    },
    async answerOAuth({ request, label }) {
      const respond = find(request) ?? find(request, new URL(request.endpoint).pathname);
      if (respond !== null) return respond(request);
      if (unmatched instanceof FakePassThrough) return unmatched;
      // Not null, which is no answer of an authorization server.
      throw responseMissing({ request, label }, tablesFor(request));
    },
  };
}

function tableOf(responses: FakeResponses): ResponseTable {
  if (isPlainObject(responses)) return createResponseTable(responses);
  throw new IntegrationError('OPTIONS_INVALID', 'The responses of a fake are an object of patterns and responses.');
}

function responseMissing({ request, label }: RecordedRequest, tables: readonly ResponseTable[]): IntegrationError {
  const patterns = tables.flatMap((table) => table.patterns);
  const known = patterns.length === 0 ? 'none' : patterns.map((pattern) => JSON.stringify(pattern)).join(', ');
  const nearest = nearestPattern(request, patterns);
  const meant = nearest === null ? '' : ` Nearest: ${JSON.stringify(nearest)}.`;
  const message = `No fake response matches ${label}. Patterns given: ${known}.${meant}`;
  return new IntegrationError('FAKE_RESPONSE_MISSING', message, { details: { request: label, patterns } });
}
