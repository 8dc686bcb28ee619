/**
 * What applications see of webhooks.
 *
 * @module
 */
export * from './signatures/exports.js';
export type { WebhookSettings } from '../types/webhook-settings.js';
export type { PrunedWebhooks } from './prune-webhooks.js';
export type { WebhookAddress, WebhookReceiver, WebhookReply } from './receive-webhook.js';
export type { ShownWebhook } from './show-webhook.js';
export type { WebhookListFilter } from './list-webhooks.js';
export type { ReplayManyOptions, WebhookFilter, WebhookService } from './webhook-service.js';
