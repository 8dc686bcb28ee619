import { createHmac } from 'node:crypto';
import { isPlainObject } from '../../../plain-object.js';
import { verifySignature } from '../verify-signature.js';
import { empty, json, type ChallengeAnswer } from './answers.js';
import type { ChallengeRequest } from './challenge-input.js';
import { postedObject } from './read-request.js';

// Without a colon: signed as a token, "v0:<time>:<body>" would be a valid signature for an event that a stranger made up.
const token = /^[A-Za-z0-9+/=_.-]{1,128}$/;

/**
 * `endpoint.url_validation` (developers.zoom.us/docs/api/webhooks), repeated every 72 hours: shows that we know the
 * secret. It is answered by the secret that signed the request, and where it is not signed by the first.
 */
export function answerZoom(request: ChallengeRequest): ChallengeAnswer | null {
  const { event, payload } = postedObject(request) ?? {};
  if (event !== 'endpoint.url_validation') return null;
  const secret = secretOf(request);
  if (secret === undefined) return empty(401);
  const plainToken = isPlainObject(payload) ? payload.plainToken : undefined;
  if (typeof plainToken !== 'string' || !token.test(plainToken)) return empty(400);
  return json({ plainToken, encryptedToken: createHmac('sha256', secret).update(plainToken).digest('hex') });
}

function secretOf(request: ChallengeRequest): string | undefined {
  if (request.headers['x-zm-signature'] === undefined) return request.secrets[0];
  return request.secrets.find((secret) => verifySignature('zoom', { ...request, secrets: [secret] }).valid);
}
