import type { Blueprint } from './blueprint.js';

/** Any member may be replaced by one of your own, after the spread. */
export const oauthMembers = `...createOAuth2Client({
  authorizationEndpoint: 'https://id.example/authorize',
  tokenEndpoint: 'https://id.example/token',
  scopes: ['read'],
}),`;

export const webhookMembers = `async verifyWebhookSignature(integration, { headers, rawBody }) {
  if (integration === null) return false;
  const { webhookSecret } = await integration.getCredentials();
  return verifySignature('standard-webhooks', { headers, rawBody, secrets: [webhookSecret] }).valid;
},
webhookDeliveryId: ({ headers }) => headers['webhook-id']?.toString() ?? null,
resolveWebhookEvent: ({ headers }) => headers['x-event']?.toString() ?? null,
webhookHandlers: () => ({
  // 'item.updated': async (integration, request) => { … },
}),
handleWebhook: () => Promise.resolve(), // what has no handler above`;

export const retryMembers = `// Null: the package decides.
isRetryable: (error) => (isIntegrationError(error, 'UPSTREAM_STATUS') && error.statusCode === 423 ? true : null),
retryDelayMs: () => null,`;

/** What stands before a provider that syncs. */
export function syncDeclarations({ key, variable, type, language }: Blueprint): string {
  const isTyped = language === 'ts';
  const item = isTyped
    ? `export interface ${type}Item {
  id: string;
  updatedAt: string;
}

`
    : '';
  return `${item}/** Handle it: integrations.onSyncItem(${variable}ItemSynced, async ({ payload }) => { … }). */
export const ${variable}ItemSynced = defineSyncItemEvent${isTyped ? `<${type}Item>` : ''}('${key}.item');

const itemPage = {
  type: 'object',
  required: ['items'],
  properties: {
    items: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'updatedAt'],
        properties: { id: { type: 'string' }, updatedAt: { type: 'string' } },
      },
    },
  },
}${isTyped ? ' as const' : ''};
`;
}

export function syncMembers({ can, variable }: Blueprint): string {
  const dispatch = `for (const item of page?.items ?? []) {
    await session.dispatch(${variable}ItemSynced(item), { externalId: item.id, checkpointValue: item.updatedAt });
  }`;
  const sync = `defaultSyncInterval: () => 15, // minutes
defaultRateLimit: () => null,
reduceCheckpoints: reduceCheckpointsByMax,
async sync(integration, session) {
  const page = await integration.at('/items').as(itemPage).get();
  ${dispatch}
},`;
  if (!can.has('incremental')) return sync;
  return `${sync}
async syncIncremental(integration, session) {
  const since = session.cursor(); // null: it is the first
  const page = await integration.at('/items').withData({ since }).as(itemPage).get();
  ${dispatch}
},`;
}
