import type {
  IntegrationDocument,
  IntegrationProvider,
  ProviderCapabilities,
  WebhookRequest,
} from '../../lib/index.js';

/** A provider of webhooks that takes every request for signed; headers tell the event, the id and the ordering key. */
export function webhookProvider(
  handle: (integration: IntegrationDocument | null, request: WebhookRequest) => unknown,
  members: Partial<IntegrationProvider & ProviderCapabilities> = {},
): IntegrationProvider & Partial<ProviderCapabilities> {
  return {
    name: 'Senders',
    credentialSchema: { type: 'object' },
    metadataSchema: { type: 'object' },
    webhookSecretScope: 'application',
    verifyWebhookSignature: () => true,
    resolveWebhookEvent: ({ headers }: WebhookRequest) => headerOf(headers['x-event']),
    webhookHandlers: () => ({}),
    webhookDeliveryId: ({ headers }: WebhookRequest) => headerOf(headers['x-id']),
    webhookOrderingKey: ({ headers }: WebhookRequest) => headerOf(headers['x-key']),
    async handleWebhook(integration: IntegrationDocument | null, request: WebhookRequest) {
      await handle(integration, request);
    },
    ...members,
  };
}

function headerOf(value: string | string[] | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
