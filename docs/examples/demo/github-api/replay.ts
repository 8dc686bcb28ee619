import { isDeepStrictEqual } from 'node:util';
import type { Answer } from './answer.js';
import type { ApiRequest } from './api-request.js';
import { replayableHeaders } from './recorded-headers.js';
import type { Recording } from './recordings.js';
import type { Route } from './route.js';

/**
 * Serves what was recorded for the same method, path, query and body. A request recorded several times gets the
 * recorded answers in turn, then the last one again.
 */
export function replay(recordings: readonly Recording[]): Route {
  const served = new Map<Recording, number>();
  return (request) => {
    const matches = recordings.filter((recording) => isSameRequest(recording, request));
    const [first] = matches;
    if (!first) return undefined;
    const turn = served.get(first) ?? 0;
    served.set(first, turn + 1);
    return toAnswer(matches[turn] ?? matches.at(-1) ?? first);
  };
}

function isSameRequest(recording: Recording, request: ApiRequest): boolean {
  const url = new URL(recording.path, 'http://localhost');
  return (
    recording.method === request.method &&
    url.pathname === request.path &&
    isDeepStrictEqual(Object.fromEntries(url.searchParams), request.query) &&
    (recording.body === '' || isDeepStrictEqual(recording.body, request.body))
  );
}

function toAnswer(recording: Recording): Answer {
  const { status, response } = recording;
  const body = recording.responseIsBinary ? Buffer.from(String(response), 'hex') : response;
  return { status, headers: replayableHeaders(recording), body: body === '' ? undefined : body };
}
