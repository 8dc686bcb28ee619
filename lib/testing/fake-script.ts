import type { Types } from 'mongoose';
import { IntegrationError } from '../errors.js';
import { isPlainObject } from '../http/plain-object.js';
import type { FakeResponse, FakeResponses } from './fake-response.js';
import type { FakedRequest } from './faked-request.js';
import type { RecordedRequest } from './request-recorder.js';
import { createResponder } from './responder.js';
import { createResponseTable, type ResponseTable } from './response-table.js';

/** What a fake answers to whom. */
export interface FakeScript {
  /** Adds responses for one integration; they come before the general ones, and later ones before earlier ones. */
  addFor(integrationId: Types.ObjectId, responses: FakeResponses): void;
  /**
   * A value or a `FakeAnswer`.
   *
   * @throws The error that was given for the request, or IntegrationError `FAKE_RESPONSE_MISSING`
   */
  answer(recorded: RecordedRequest): Promise<unknown>;
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

  return {
    addFor(integrationId, added) {
      const key = integrationId.toHexString();
      scoped.set(key, [tableOf(added), ...(scoped.get(key) ?? [])]);
    },
    async answer({ request, label }) {
      const tables = tablesFor(request);
      for (const table of tables) {
        const respond = table.find(request);
        if (respond !== null) return respond(request);
      }
      if (otherwise === null) throw responseMissing(label, tables);
      return otherwise(request);
    },
  };
}

function tableOf(responses: FakeResponses): ResponseTable {
  if (isPlainObject(responses)) return createResponseTable(responses);
  throw new IntegrationError('OPTIONS_INVALID', 'The responses of a fake are an object of patterns and responses.');
}

function responseMissing(label: string, tables: readonly ResponseTable[]): IntegrationError {
  const patterns = tables.flatMap((table) => table.patterns);
  const known = patterns.length === 0 ? 'none' : patterns.map((pattern) => JSON.stringify(pattern)).join(', ');
  return new IntegrationError('FAKE_RESPONSE_MISSING', `No fake response matches ${label}. Patterns given: ${known}.`, {
    details: { request: label, patterns },
  });
}
