// The longest delay that a timer of Node.js can be set to: a longer one fires at once.
const maxTimerMs = 2 ** 31 - 1;

const milliseconds = { type: 'integer', minimum: 1, maximum: maxTimerMs };
const wait = { type: 'integer', minimum: 0, maximum: maxTimerMs };
const attempts = { type: 'integer', minimum: 1, maximum: 100 };

/** The options `requests`. */
export const requestsSchema = {
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
      description: 'Largest response body that is read, after decompression, in bytes.',
      type: 'integer',
      minimum: 1,
      default: 10 * 1024 * 1024,
    },
  },
};

/** The options `retry`. */
export const retrySchema = {
  type: 'object',
  description: 'How failed calls are repeated.',
  default: {},
  additionalProperties: false,
  properties: {
    readAttempts: { description: 'Attempts of a GET or HEAD, the first included.', ...attempts, default: 3 },
    writeAttempts: { description: 'Attempts of any other call, the first included.', ...attempts, default: 1 },
    maxDelayMs: {
      description: 'Longest wait between two attempts, also where the other side asks for more, in milliseconds.',
      ...wait,
      default: 60_000,
    },
    jitter: {
      description:
        'Share of a wait that is added at random, from 0 to 1, so that a fleet does not come back all at once.',
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.25,
    },
  },
};

/** The options `http`. */
export const httpSchema = {
  type: 'object',
  description: 'How URL calls are sent.',
  default: {},
  additionalProperties: false,
  properties: {
    allowedPrivateHosts: {
      description:
        'Hosts on private networks, as `host` or `host:port`, that may be called; all others there are refused.',
      type: 'array',
      items: {
        type: 'string',
        pattern: '^[^\\s/@?#]+$',
        expected: 'a host name or IP address, without scheme and path',
      },
      default: [],
    },
    maxRedirects: {
      description: 'Redirects that a GET or HEAD follows. Writes follow none.',
      type: 'integer',
      minimum: 0,
      maximum: 50,
      default: 5,
    },
    userAgent: {
      description: 'The User-Agent of calls that set none.',
      type: 'string',
      pattern: '^[\\x20-\\x7e]+$',
      default: 'express-integrations',
      expected: 'printable ASCII characters',
    },
  },
};

/** The options `requestLog`. */
export const requestLogSchema = {
  type: 'object',
  description: 'How calls are recorded.',
  default: {},
  additionalProperties: false,
  properties: {
    maxStoredBytes: {
      description: 'Bytes of a body that are stored at most; of a larger one, its beginning, size and hash.',
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
      description: 'Names of fields, headers and parameters whose values are never stored, beside the built-in ones.',
      type: 'array',
      items: { type: 'string', minLength: 1 },
      default: [],
    },
  },
};
