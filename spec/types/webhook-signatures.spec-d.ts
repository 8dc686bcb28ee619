/** What the compiler accepts and refuses of a webhook that is verified by hand. */
import type { Request } from 'express';
import { answerChallenge, verifySignature, type SignatureScheme, type WebhookRequest } from '../../lib/index.js';

declare const webhook: WebhookRequest;
declare const req: Request;
declare const rawBody: Buffer;

export const ofAWebhookRequest = [
  verifySignature('twilio', { ...webhook, secrets: ['secret'] }),
  answerChallenge('slack', { ...webhook, secrets: ['secret'] }),
];

export const ofAnExpressRequest = [
  verifySignature('github', { headers: req.headers, rawBody, secrets: ['secret'] }),
  verifySignature('github', { headers: req.headersDistinct, rawBody, secrets: ['secret'] }),
  answerChallenge('dropbox', { method: req.method, url: req.originalUrl, headers: req.headers, secrets: [] }),
];

export function refusalHasItsCode(): string | null {
  const verdict = verifySignature('svix', { ...webhook, secrets: [], publicKeys: ['whpk_'] });
  // @ts-expect-error Only a refusal has a code.
  verdict.code satisfies string;
  return verdict.valid ? null : verdict.code;
}

// @ts-expect-error There is no such scheme.
export const unknownScheme: SignatureScheme = 'github-v2';

// @ts-expect-error A parsed body is not what was signed.
verifySignature('github', { headers: {}, rawBody: {}, secrets: ['secret'] });
