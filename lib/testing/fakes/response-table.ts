import { bySpecificity, requestPattern, type RequestLine } from './request-pattern.js';
import { createResponder, type Responder } from './responder.js';
import type { FakeResponses } from './fake-response.js';

/** Responses by pattern. */
export interface ResponseTable {
  /** As they were given. */
  readonly patterns: readonly string[];
  /** The response of the most specific pattern that matches, of equal ones the first; null: none matches. */
  find(request: RequestLine): Responder | null;
}

export function createResponseTable(responses: FakeResponses): ResponseTable {
  const entries = Object.entries(responses).map(([text, response]) => ({
    pattern: requestPattern(text),
    respond: createResponder(response),
  }));
  const ordered = entries.toSorted((a, b) => bySpecificity(a.pattern, b.pattern));
  return {
    patterns: Object.keys(responses),
    find: (request) => ordered.find(({ pattern }) => pattern.matches(request))?.respond ?? null,
  };
}
