import { agendaSchema, jobsSchema } from './jobs-options.js';
import { cacheSchema, idempotencySchema } from './memory-options.js';
import { syncSchema } from './sync-options.js';
import { oauthSchema } from './oauth-options.js';
import { webhooksSchema } from './webhook-options.js';
import { circuitSchema, healthSchema, monitoringSchema, rateLimitsSchema } from './traffic-options.js';

// The longest delay that a timer of Node.js can be set to: a longer one fires at once.
const maxTimerMs = 2 ** 31 - 1;

const milliseconds = { type: 'integer', minimum: 1, maximum: maxTimerMs };
const wait = { type: 'integer', minimum: 0, maximum: maxTimerMs };
const attempts = { type: 'integer', minimum: 1, maximum: 100 };

const requestsSchema = {
  type: 'object',
  description: 'Limits of a single call; the call itself may set others.',
  default: {},
  additionalProperties: false,
  properties: {
    timeoutMs: { description: 'Longest time for one attempt, in milliseconds.', ...milliseconds, default: 30_000 },
    deadlineMs: {
      description: 'Longest time for a whole call, retries and waiting included, in milliseconds.',
      ...milliseconds,
      default: 120_000,
    },
    maxResponseBytes: {
      description: 'Largest response body that is read, in bytes.',
      type: 'integer',
      minimum: 1,
      default: 10 * 1024 * 1024,
    },
  },
};

const retrySchema = {
  type: 'object',
  description: 'How failed calls are repeated.',
  default: {},
  additionalProperties: false,
  properties: {
    readAttempts: { description: 'Attempts of a GET or HEAD, the first included.', ...attempts, default: 3 },
    writeAttempts: { description: 'Attempts of any other call, the first included.', ...attempts, default: 1 },
    maxDelayMs: { description: 'Longest wait between two attempts, in milliseconds.', ...wait, default: 60_000 },
    jitter: {
      description: 'Share of a wait that is added at random, from 0 to 1.',
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.25,
    },
  },
};

const httpSchema = {
  type: 'object',
  description: 'How URL calls are sent.',
  default: {},
  additionalProperties: false,
  properties: {
    allowedPrivateHosts: {
      description: 'Hosts on private networks that may be called; all others there are refused.',
      type: 'array',
      items: {
        type: 'string',
        pattern: '^[^\\s/@?#]+$',
        expected: 'a host name or IP address, without scheme and path',
      },
      default: [],
    },
    maxRedirects: {
      description: 'Redirects that a call follows.',
      type: 'integer',
      minimum: 0,
      maximum: 50,
      default: 5,
    },
    userAgent: {
      description: 'The User-Agent header.',
      type: 'string',
      pattern: '^[\\x20-\\x7e]+$',
      default: 'express-integrations',
      expected: 'printable ASCII characters',
    },
  },
};

const requestLogSchema = {
  type: 'object',
  description: 'How calls are recorded.',
  default: {},
  additionalProperties: false,
  properties: {
    maxStoredBytes: {
      description: 'Bytes of a body that are stored at most.',
      type: 'integer',
      minimum: 0,
      // A document of MongoDB holds 16 MiB, and this one holds the bodies of several attempts.
      maximum: 1024 * 1024,
      default: 65_536,
    },
    journal: { description: 'Writes wait for the journal of MongoDB (j: true).', type: 'boolean', default: true },
    waitMs: {
      description: 'How long a call waits at most for its entry to be written, in milliseconds.',
      ...wait,
      default: 1_000,
    },
    maxBuffered: {
      description: 'Entries that wait in memory while the database is away; further ones are counted and dropped.',
      type: 'integer',
      minimum: 1,
      default: 10_000,
    },
    redactKeys: {
      description: 'Names of keys whose values are never stored, beside the built-in ones.',
      type: 'array',
      items: { type: 'string', minLength: 1 },
      default: [],
    },
  },
};

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
      id: { description: 'Names the key in what it sealed.', type: 'string', minLength: 1, writeOnly: true },
      secret: { description: '32 random bytes, in base64.', type: 'string', minLength: 1, writeOnly: true },
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
      description: 'The connection of the application to MongoDB; it may connect later.',
      methods: ['asPromise', 'model', 'collection'],
      expected: 'a Mongoose connection, such as mongoose.connection',
    },
    providers: { description: 'Providers by registry key.', type: 'object', default: {} },
    encryptionKeys: encryptionKeysSchema,
    prefix: {
      description: 'Begins the names of collections and models.',
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
      description: 'Where the package logs; false: nowhere.',
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
    oauth: oauthSchema,
  },
};
