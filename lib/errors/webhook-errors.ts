import { entry } from './error-entry.js';

/** What may be wrong with webhooks. */
export const webhookErrors = {
  WEBHOOK_SIGNATURE_INVALID: entry(
    401,
    'Invalid signature',
    'Compare the secret of the integration with the one that the sender signs with.',
  ),
  WEBHOOK_SECRET_PUBLISHED: entry(
    500,
    'The webhook secret of an integration is one that everybody knows',
    'Give these integrations the secret that the sender shows for the webhook, or disable them.',
  ),
  WEBHOOK_TOO_LARGE: entry(413, 'Webhook too large', 'Raise `webhooks.maxBodyBytes`.'),
  WEBHOOK_BODY_CONSUMED: entry(
    500,
    'The body was parsed before it came here',
    'Mount integrationsRouter() before the body parsers, or give them captureRawBody: express.json({ verify: captureRawBody }).',
  ),
  WEBHOOK_ENCODING_UNSUPPORTED: entry(
    415,
    'Content-Encoding not supported',
    'Send the body as it is, or compressed by gzip, deflate or br.',
  ),
  WEBHOOK_BODY_INVALID: entry(422, 'The body is no JSON', 'Read `request.rawBody`, or answer to another content type.'),
  WEBHOOK_AMBIGUOUS: entry(
    409,
    'Several integrations could have been meant',
    'Use the URL with the id of the integration, or give the provider resolveIntegration().',
  ),
  WEBHOOK_NOT_STORED: entry(503, 'Webhook not stored', 'Check the MongoDB connection; the sender tries again.'),
  WEBHOOK_NOT_FOUND: entry(404, 'Webhook not found', 'See integrations.models.IntegrationWebhook for what there is.'),
  WEBHOOK_BUSY: entry(409, 'The webhook is being handled', 'Wait until it is processed or failed, and try again.'),
  WEBHOOK_DEFERRED_TOO_LONG: entry(
    503,
    'Put off for too long',
    'Replay it once the other API lets calls through; raise `webhooks.deferWindowSeconds` if it takes longer as a rule.',
  ),
  WEBHOOK_HANDLER_TIMEOUT: entry(
    504,
    'The handler took too long',
    'Have it enqueue what takes long, or raise `webhooks.handlerTimeoutSeconds`.',
  ),
  WEBHOOK_PROCESS_CRASH: entry(
    500,
    'Processes died of the webhook',
    'See what the process died of when it handled this webhook; then replay it.',
  ),
} as const;
