import { verifySignature } from '../verify-signature.js';
import { echo, empty, isChallenge, type ChallengeAnswer } from './answers.js';
import type { ChallengeRequest } from './challenge-input.js';
import { postedObject } from './read-request.js';

/** `url_verification` (docs.slack.dev/apis/events-api): signed like every event, so that strangers get no echo. */
export function answerSlack(request: ChallengeRequest): ChallengeAnswer | null {
  const { type, challenge } = postedObject(request) ?? {};
  if (type !== 'url_verification') return null;
  if (!verifySignature('slack', request).valid) return empty(401);
  return isChallenge(challenge) ? echo(challenge) : empty(400);
}
