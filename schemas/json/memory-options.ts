const megabyte = 1024 * 1024;

/** The options `cache`. */
export const cacheSchema = {
  type: 'object',
  description: 'How responses are remembered for withCache().',
  default: {},
  additionalProperties: false,
  properties: {
    staleIfErrorSeconds: {
      description: 'How long an expired response is served where the call fails, in seconds; 0: not at all.',
      type: 'number',
      minimum: 0,
      default: 0,
    },
    revalidateSeconds: {
      description: 'How long an expired response is kept that the other API may confirm as unchanged, in seconds.',
      type: 'number',
      minimum: 0,
      default: 86_400,
    },
    maxEntryBytes: {
      description: 'Largest response that is remembered, in bytes.',
      type: 'integer',
      minimum: 1,
      // MongoDB stores 16 MiB at most, and sealing adds a third.
      maximum: 11 * megabyte,
      default: megabyte,
    },
    sharedFetch: {
      description: 'One process fetches what several want at the same time, and the others wait for it.',
      type: 'boolean',
      default: true,
    },
  },
};

/** The options `idempotency`. */
export const idempotencySchema = {
  type: 'object',
  description: 'How writes with an idempotency key are remembered.',
  default: {},
  additionalProperties: false,
  properties: {
    retentionDays: {
      description: 'How long a completed write is remembered, in days.',
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 36_500,
      default: 90,
    },
    leaseSeconds: {
      description: 'How long after its last sign of life the process that writes is taken for dead, in seconds.',
      type: 'number',
      minimum: 1,
      maximum: 3_600,
      default: 30,
    },
    maxResultBytes: {
      description: 'Largest result that is kept, in bytes.',
      type: 'integer',
      minimum: 0,
      maximum: 11 * megabyte,
      default: megabyte,
    },
  },
};
