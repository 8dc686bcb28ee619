/** The options `rateLimits`. */
export const rateLimitsSchema = {
  type: 'object',
  description: 'How calls keep to the limits of the other API.',
  default: {},
  additionalProperties: false,
  properties: {
    maxWaitSeconds: {
      description: 'How long an attempt waits at most until the rate limits allow it, in seconds; 0: not at all.',
      type: 'number',
      minimum: 0,
      maximum: 86_400,
      default: 10,
    },
  },
};

/** The options `circuit`. */
export const circuitSchema = {
  type: 'object',
  description: 'When calls to an API that is down are refused at once.',
  default: {},
  additionalProperties: false,
  properties: {
    enabled: { description: 'False: no call is ever refused, and nothing is counted.', type: 'boolean', default: true },
    strategy: {
      description: 'What opens the circuit: the share of failures (rate), or failures in a row (count).',
      enum: ['rate', 'count'],
      default: 'rate',
    },
    windowSeconds: {
      description: 'How far the rate looks back, in seconds.',
      type: 'integer',
      minimum: 2,
      maximum: 600,
      default: 20,
    },
    failureRate: {
      description: 'Share of failed attempts in the window that opens the circuit.',
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.5,
    },
    minimumAttempts: {
      description: 'Attempts in the window below which the rate opens nothing.',
      type: 'integer',
      minimum: 1,
      default: 10,
    },
    failureCount: {
      description: 'Failed attempts in a row that open the circuit (strategy count).',
      type: 'integer',
      minimum: 1,
      default: 5,
    },
    cooldownSeconds: {
      description: 'How long an open circuit refuses calls before one may probe, in seconds.',
      type: 'number',
      // Another process may believe for a second that the circuit is closed: no longer than a probe is away.
      minimum: 2.5,
      maximum: 86_400,
      default: 30,
    },
  },
};

const failures = { type: 'integer', minimum: 1 };

/** The options `health`. */
export const healthSchema = {
  type: 'object',
  description: 'How many failed calls in a row make an integration unhealthy.',
  default: {},
  additionalProperties: false,
  properties: {
    degradedAfter: { description: 'Failed calls in a row until `degraded`.', ...failures, default: 5 },
    failingAfter: { description: 'Failed calls in a row until `failing`.', ...failures, default: 20 },
    disabledAfter: {
      description: 'Failed calls in a row until the integration is switched off; null: never.',
      ...failures,
      type: ['integer', 'null'],
      default: 50,
    },
  },
};

/** The options `monitoring`. */
export const monitoringSchema = {
  type: 'object',
  description: 'What checkFailureRate(), checkStaleness() and incidents.closeStale() look for.',
  default: {},
  additionalProperties: false,
  properties: {
    windowMinutes: {
      description: 'How far back the failure rate looks, in minutes.',
      type: 'integer',
      minimum: 1,
      maximum: 1440,
      default: 15,
    },
    failureRate: {
      description: 'Share of failed calls from which on the rate is elevated.',
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.25,
    },
    minimumCalls: {
      description: 'Calls in the window below which the rate says nothing.',
      type: 'integer',
      minimum: 1,
      default: 20,
    },
    staleAfterIntervals: {
      description: 'Sync intervals without a clean sync after which an integration is stale.',
      type: 'integer',
      minimum: 1,
      default: 10,
    },
    closeIncidentsAfterHours: {
      description: 'Hours without a further signal after which an open incident is closed.',
      type: 'integer',
      minimum: 1,
      default: 72,
    },
  },
};
