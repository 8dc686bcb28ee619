const seconds = { type: 'number', exclusiveMinimum: 0, maximum: 31_536_000 };

/** The options `sync`. */
export const syncSchema = {
  type: 'object',
  description: 'How syncs are run.',
  default: {},
  additionalProperties: false,
  properties: {
    tickSeconds: {
      description: 'How often this looks for what is due or was left behind, in seconds.',
      type: 'number',
      minimum: 0.1,
      maximum: 3_600,
      default: 5,
    },
    leaseSeconds: {
      description: 'How long after its last sign of life a process that syncs is taken for dead, in seconds.',
      type: 'number',
      minimum: 1,
      maximum: 3_600,
      default: 60,
    },
    batchSize: {
      description: 'Items that travel together at most.',
      type: 'integer',
      minimum: 1,
      maximum: 1_000,
      default: 500,
    },
    maxQueuedBatches: {
      description: 'Batches of a run that wait at most before its listing waits.',
      type: 'integer',
      minimum: 2,
      maximum: 1_000,
      default: 40,
    },
    slots: {
      description: 'Batches that one process works on at once, of all runs together.',
      type: 'integer',
      minimum: 1,
      maximum: 50,
      default: 2,
    },
    concurrency: {
      description: 'Items of a batch that are handled at once.',
      type: 'integer',
      minimum: 1,
      maximum: 500,
      default: 10,
    },
    itemTries: {
      description: 'Attempts of an item, the first included.',
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 3,
    },
    itemBackoff: {
      description: 'Waits before the second, third, … attempt of an item, in seconds; the last one repeats.',
      type: 'array',
      minItems: 1,
      items: { type: 'number', minimum: 0, maximum: 2_592_000 },
      default: [30, 120, 600],
    },
    itemTimeoutSeconds: {
      description: 'Longest time for one attempt of an item, in seconds.',
      ...seconds,
      // As long as a timer of Node.js can be.
      maximum: 2_147_483,
      default: 300,
    },
    deferWindowSeconds: {
      description: 'How long items and listings are put off that the other API holds back, in seconds.',
      ...seconds,
      default: 21_600,
    },
    maxPayloadBytes: {
      description: 'Largest payload of an item, in bytes of BSON; a larger one fails its item.',
      type: 'integer',
      minimum: 1,
      // MongoDB stores 16 MiB at most, and sealing adds a third.
      maximum: 11 * 1024 * 1024,
      default: 1024 * 1024,
    },
    jitter: {
      description: 'Share of the interval that is added to it at random, from 0 to 1.',
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.1,
    },
    stuckAfterRuns: {
      description: 'Failed runs of an item in a row that emit syncItemStuck.',
      type: 'integer',
      minimum: 1,
      default: 5,
    },
    maxMissingShare: {
      description: 'Share of the known items above which a full run refuses to report missing ones.',
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.2,
    },
  },
};
