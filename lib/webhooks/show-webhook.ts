import { isUtf8 } from 'node:buffer';
import type { Types } from 'mongoose';
import type { AnyProvider } from '../../providers/contracts.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import type { IntegrationWebhookFields } from '../../schemas/integration-webhook.js';
import type { IntegrationModels } from '../../schemas/models.js';
import type { BoundSealer } from '../credentials/bound-sealer.js';
import type { OperationParts } from '../operations/log-operation.js';
import type { HeaderValues } from '../redaction/redact-headers.js';
import { storedBody } from '../request-log/stored-body.js';
import { openBody } from './webhook-payload.js';

/** A webhook as people may see it: without secrets. */
export interface ShownWebhook extends Pick<
  IntegrationWebhookFields,
  'provider' | 'integrationId' | 'eventType' | 'deliveryId' | 'orderingKey' | 'status' | 'attempts' | 'error' | 'method'
> {
  readonly id: Types.ObjectId;
  readonly url: string;
  readonly headers: HeaderValues;
  /** The opened body; of a large one its beginning, of one that is no text its length and hash. */
  readonly body: string | null;
  /** Length of the body, as it was received. */
  readonly bodyBytes: number;
  readonly receivedAt: Date;
  readonly processedAt: Date | null;
}

export interface ShowParts {
  readonly models: Pick<IntegrationModels, 'Integration'>;
  readonly registry: Pick<ProviderRegistry, 'find'>;
  readonly sealer: BoundSealer;
  readonly operations: Pick<OperationParts, 'redactor' | 'knownSecrets'>;
  /** Largest body that is shown whole, in bytes. */
  readonly maxShownBytes: number;
}

/**
 * What is stored is complete, for handlers and replays; this is redacted as the request log is: by the default list,
 * `requestLog.redactKeys`, the provider's fields, and the credentials of the integration.
 */
export function createWebhookViewer(parts: ShowParts): (webhook: IntegrationWebhookFields) => Promise<ShownWebhook> {
  return (webhook) => show(parts, webhook);
}

async function show(parts: ShowParts, webhook: IntegrationWebhookFields): Promise<ShownWebhook> {
  const { redactor } = parts.operations;
  const rawBody = await openBody(parts.sealer, webhook);
  const knownSecrets = await secretsOf(parts, webhook.integrationId);
  const paths = sensitiveFields(parts.registry.find(webhook.provider)?.provider);
  const body = isUtf8(rawBody) ? rawBody.toString() : rawBody;
  const { _id: id, provider, integrationId, eventType, deliveryId, orderingKey, status, attempts, error } = webhook;
  return {
    ...{ id, provider, integrationId, eventType, deliveryId, orderingKey, status, attempts, error },
    method: webhook.method,
    url: redactor.url(webhook.url, { knownSecrets }),
    headers: redactor.headers(webhook.headers, { knownSecrets }),
    body: storedBody(body, { redactor, knownSecrets, paths, maxBytes: parts.maxShownBytes }),
    bodyBytes: rawBody.length,
    receivedAt: webhook.createdAt,
    processedAt: webhook.processedAt,
  };
}

async function secretsOf({ models, operations }: ShowParts, id: Types.ObjectId | null): Promise<readonly string[]> {
  const integration = id && (await models.Integration.findById(id).read('primary'));
  return integration === null ? [] : operations.knownSecrets(integration);
}

/** A sender repeats what its API is asked for, and what it answers. */
function sensitiveFields(provider: AnyProvider | undefined): readonly string[] {
  return [...(provider?.sensitiveRequestFields?.() ?? []), ...(provider?.sensitiveResponseFields?.() ?? [])];
}
