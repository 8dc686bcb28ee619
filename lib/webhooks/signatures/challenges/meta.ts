import { sameBytes } from '../same-bytes.js';
import { echo, empty, isChallenge, type ChallengeAnswer } from './answers.js';
import type { ChallengeRequest } from './challenge-input.js';
import { getQuery, onlyValue } from './read-request.js';

/**
 * `hub.mode=subscribe` (developers.facebook.com/docs/graph-api/webhooks/getting-started): shows that we know the verify
 * token, which the operator chose.
 */
export function answerMeta({ verifyToken, secrets, ...request }: ChallengeRequest): ChallengeAnswer | null {
  const query = getQuery(request);
  if (query?.get('hub.mode') !== 'subscribe') return null;
  const given = onlyValue(query, 'hub.verify_token');
  const expected = verifyToken === undefined ? secrets : [verifyToken];
  if (given === null || given === '' || !expected.some((token) => sameBytes(token, given))) return empty(403);
  const challenge = onlyValue(query, 'hub.challenge');
  return isChallenge(challenge) ? echo(challenge) : empty(400);
}
