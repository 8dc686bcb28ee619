import { httpSchema, requestLogSchema, requestsSchema, retrySchema } from './call-options.js';
import { agendaSchema, jobsSchema } from './jobs-options.js';
import { cacheSchema, idempotencySchema } from './memory-options.js';
import { syncSchema } from './sync-options.js';
import { oauthSchema } from './oauth-options.js';
import { retentionSchema } from './retention-options.js';
import { webhooksSchema } from './webhook-options.js';
import { circuitSchema, healthSchema, monitoringSchema, rateLimitsSchema } from './traffic-options.js';

const encryptionKeysSchema = {
  description: 'The keys that credentials are sealed with: the first one seals, all of them open.',
  type: 'array',
  minItems: 1,
  writeOnly: true,
  items: {
    type: 'object',
    required: ['id', 'secret'],
    additionalProperties: false,
    writeOnly: true,
    properties: {
      id: {
        description:
          'Names the key in what it sealed: 1 to 64 letters, digits and `. _ : -`. Never used again for another secret.',
        type: 'string',
        minLength: 1,
        writeOnly: true,
      },
      secret: {
        description: '32 random bytes, in base64: `openssl rand -base64 32`.',
        type: 'string',
        minLength: 1,
        writeOnly: true,
      },
    },
  },
};

/** The JSON Schema of the options of `createIntegrations`, and the one place of their defaults. */
export const optionsSchema = {
  type: 'object',
  required: ['connection', 'encryptionKeys'],
  additionalProperties: false,
  properties: {
    connection: {
      description:
        'The connection of the application to MongoDB. It may connect later, and stays the application’s to close.',
      methods: ['asPromise', 'model', 'collection'],
      expected: 'a Mongoose connection, such as mongoose.connection',
    },
    providers: {
      description:
        'Providers by registry key, which is part of URLs and stored with each integration: `a`–`z`, `0`–`9` and `-`, beginning with a letter.',
      type: 'object',
      default: {},
    },
    encryptionKeys: encryptionKeysSchema,
    prefix: {
      description:
        'Begins the names of collections and models: `integrations`, `integration_requests`; `Integration`, `IntegrationRequest`.',
      type: 'string',
      pattern: '^[A-Za-z][A-Za-z0-9_-]{0,63}$',
      default: 'integration',
      expected: 'a letter, then up to 63 letters, digits, "_" or "-"',
    },
    basePath: {
      description: 'Path of the routes, below where the router is mounted.',
      type: 'string',
      pattern: '^(?:/[^\\s/?#]+)+$',
      default: '/integrations',
      expected: 'a path that begins with "/" and does not end with it',
    },
    publicUrl: {
      description:
        'Where the outside reaches the application: origin, and path of the router where it is mounted below.',
      type: 'string',
      pattern: '^https?://[^\\s/?#@]+(?:/[^\\s?#]*)?$',
      expected: 'an absolute http(s) URL without user information, query and fragment',
      // A rejected one may hold a password.
      writeOnly: true,
    },
    autoIndex: {
      description:
        'Whether start() creates all indexes. The unique ones, which correctness rests on, it creates always.',
      type: 'boolean',
      default: true,
    },
    logger: {
      description:
        'Where the package logs; false: nowhere. By default warnings and errors go to the console, as JSON, by winston.',
      anyOf: [{ const: false }, { methods: ['error', 'warn', 'info', 'debug'] }],
      expected: 'a logger with the methods error, warn, info and debug, or false',
    },
    requests: requestsSchema,
    retry: retrySchema,
    http: httpSchema,
    requestLog: requestLogSchema,
    rateLimits: rateLimitsSchema,
    circuit: circuitSchema,
    health: healthSchema,
    monitoring: monitoringSchema,
    cache: cacheSchema,
    idempotency: idempotencySchema,
    agenda: agendaSchema,
    jobs: jobsSchema,
    sync: syncSchema,
    webhooks: webhooksSchema,
    retention: retentionSchema,
    oauth: oauthSchema,
  },
};
