import type { Request, RequestHandler, Response } from 'express';
import type { WebhookAnswer } from '../providers/contracts.js';
import { IntegrationError, isIntegrationError } from '../lib/errors.js';
import { noAddressee } from '../lib/webhooks/no-addressee.js';
import type { WebhookReceiver } from '../lib/webhooks/receive-webhook.js';
import { createWebhookRequest } from '../lib/webhooks/webhook-request.js';
import { aborted, rawBody } from './raw-body.js';

/** `{provider}/webhook` and `{provider}/{id}/webhook`; neither a key nor an id has anything to decode. */
const webhookPath = /^\/([^/]+)(?:\/([^/]+))?\/webhook\/?$/i;

/** How soon a sender whose webhook could not be stored may come again. */
const retryAfterSeconds = 5;

/**
 * Receives webhooks: `{"status":"queued"}` or `{"status":"duplicate"}` once they are stored, the answer to a handshake,
 * or a problem document.
 */
export function webhookRoutes({ webhooks }: { readonly webhooks: WebhookReceiver }): RequestHandler {
  return async function receiveWebhook(req, res, next) {
    const [, provider, integrationId = null] = webhookPath.exec(req.path) ?? [];
    if (provider === undefined) {
      next();
      return;
    }
    try {
      checkMethod(webhooks.methods(provider), req.method);
      const body = await rawBody(req, webhooks.maxBodyBytes);
      if (body === aborted) return;
      const request = createWebhookRequest({
        method: req.method,
        url: publicUrlOf(req, webhooks.publicUrl),
        headers: req.headers,
        rawBody: body,
      });
      const reply = await webhooks.receive({ provider, integrationId }, request);
      if (reply.kind === 'handshake') answerHandshake(res, reply.answer);
      else answer(res, reply.kind);
    } catch (error) {
      if (isIntegrationError(error, 'METHOD_NOT_ALLOWED')) res.set('allow', webhooks.methods(provider)?.join(', '));
      if (isIntegrationError(error, 'WEBHOOK_NOT_STORED')) res.set('retry-after', String(retryAfterSeconds));
      next(error);
    }
  };
}

function checkMethod(methods: readonly string[] | null, method: string): void {
  if (methods === null) throw noAddressee();
  if (!methods.includes(method)) throw new IntegrationError('METHOD_NOT_ALLOWED', `${method} is not allowed here.`);
}

/** As the sender knows it: some sign it. Whose word on host and protocol is taken is the application's `trust proxy`. */
function publicUrlOf({ protocol, host, originalUrl }: Request, publicUrl: string | null): string {
  return `${publicUrl ?? `${protocol}://${host}`}${originalUrl}`;
}

const bodies = {
  queued: JSON.stringify({ status: 'queued' }),
  duplicate: JSON.stringify({ status: 'duplicate' }),
} as const;

/** Without what Express adds to answers that are worth caching: these are many, and never are. */
function answer(res: Response, status: keyof typeof bodies): void {
  res.statusCode = 200;
  res.setHeader('content-type', 'application/json; charset=utf-8');
  res.end(bodies[status]);
}

/** Text, unless the provider says otherwise: what came in a URL must not become a page. */
function answerHandshake(res: Response, { status, headers, body }: WebhookAnswer): void {
  res.statusCode = status;
  res.setHeader('content-type', 'text/plain; charset=utf-8');
  res.setHeader('x-content-type-options', 'nosniff');
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.end(body);
}
