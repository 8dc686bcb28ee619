import { sameBytes } from '../same-bytes.js';
import { empty, type ChallengeAnswer } from './answers.js';
import type { ChallengeRequest } from './challenge-input.js';
import { postedObject } from './read-request.js';

const token = /^[\x21-\x7e]{16,256}$/;

/**
 * `{ verification_token }` (developers.notion.com/reference/webhooks): gives us the secret, unsigned, before the first
 * event. Whoever comes first is believed, because an administrator has to confirm the token at Notion; whoever comes
 * later is not.
 */
export function answerNotion(request: ChallengeRequest): ChallengeAnswer | null {
  const { verification_token: given } = postedObject(request) ?? {};
  if (given === undefined) return null;
  if (typeof given !== 'string' || !token.test(given)) return empty(400);
  if (request.secrets.length === 0) return { ...empty(200), secretToStore: given };
  return empty(request.secrets.some((secret) => sameBytes(secret, given)) ? 200 : 401);
}
