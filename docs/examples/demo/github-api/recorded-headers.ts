import { recordedAnswer, type Recording } from './recordings.js';

/** Of the connection or of one answer: computed anew for each. */
const perAnswer = /^(?:connection|content-length|date|etag|x-github-request-id|x-ratelimit-.*)$/;

/** The recorded headers that still hold when the answer is served again. */
export function replayableHeaders(recording: Recording): Record<string, string> {
  return Object.fromEntries(Object.entries(recording.headers).filter(([name]) => !perAnswer.test(name)));
}

/** The headers GitHub puts on every answer (media type, scopes, security), taken from a recorded one without body. */
export function commonHeaders(recordings: readonly Recording[]): Record<string, string> {
  return replayableHeaders(recordedAnswer(recordings, 'PUT', '/repos/octokit-fixture-org/lock-issue/issues/1/lock'));
}
