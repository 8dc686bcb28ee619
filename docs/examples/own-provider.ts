import mongoose from 'mongoose';
import { apiKeyHeader, createIntegrations, defineProvider } from 'express-integrations';

const { MONGODB_URI = 'mongodb://127.0.0.1:27017/app', INTEGRATIONS_KEY = '' } = process.env;
const { DESK_URL = 'https://desk.example.com', DESK_KEY = '' } = process.env;

export const desk = defineProvider({
  name: 'Help desk',
  credentialSchema: {
    type: 'object',
    properties: { key: { type: 'string', minLength: 1 } },
    required: ['key'],
    additionalProperties: false,
  },
  metadataSchema: {
    type: 'object',
    properties: { site: { type: 'string', format: 'uri' } },
    required: ['site'],
    additionalProperties: false,
  },
  http: {
    baseUrl: ({ site }) => `${site}/api/v2`,
    authorize: (request, { credentials }) => apiKeyHeader(request, 'x-api-key', credentials.key),
    responseMetadata: ({ headers }) => ({ providerRequestId: headers['x-request-id'] ?? null }),
  },
  sensitiveRequestFields: () => [],
  sensitiveResponseFields: () => ['requester.email'],
});

const integrations = createIntegrations({
  connection: mongoose.connection,
  providers: { desk },
  encryptionKeys: [{ id: '2026-11', secret: INTEGRATIONS_KEY }],
  http: { allowedPrivateHosts: [new URL(DESK_URL).host] }, // this one may be in your own network
});

await mongoose.connect(MONGODB_URI);
await integrations.start();
const integration = await integrations.create({
  provider: 'desk',
  name: 'Support',
  credentials: { key: DESK_KEY }, // typed by credentialSchema
  metadata: { site: DESK_URL },
});
const ticket = await integration
  .at('/tickets/{id}')
  .withData({ id: 7 })
  .as({ type: 'object', properties: { subject: { type: 'string' } }, required: ['subject'] })
  .get();
console.log(ticket?.subject); // typed by the schema; an answer that does not fit raises SchemaDriftError

await integrations.close();
await mongoose.disconnect();
