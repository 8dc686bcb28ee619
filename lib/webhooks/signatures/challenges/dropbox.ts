import { echo, empty, isChallenge, type ChallengeAnswer } from './answers.js';
import type { ChallengeRequest } from './challenge-input.js';
import { getQuery, onlyValue } from './read-request.js';

/** `GET ?challenge=…` (dropbox.com/developers/reference/webhooks): shows that somebody is there, and needs no secret. */
export function answerDropbox(request: ChallengeRequest): ChallengeAnswer | null {
  const query = getQuery(request);
  if (query?.has('challenge') !== true) return null;
  const challenge = onlyValue(query, 'challenge');
  return isChallenge(challenge) ? echo(challenge) : empty(400);
}
