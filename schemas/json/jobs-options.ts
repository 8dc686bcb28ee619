/** The option `agenda`. */
export const agendaSchema = {
  description:
    'An Agenda of the application’s own, which it starts and stops. Without it there is one on `connection`.',
  methods: ['define', 'every', 'now', 'queryJobs'],
  expected: 'an instance of Agenda 6',
};

/** The options `jobs`. */
export const jobsSchema = {
  type: 'object',
  description: 'How this process does the work in the background.',
  default: {},
  additionalProperties: false,
  properties: {
    enabled: {
      description: 'False: this process enqueues, and runs no jobs after `start()`.',
      type: 'boolean',
      default: true,
    },
    processEverySeconds: {
      description: 'How often it looks for jobs that it was not told of, in seconds.',
      type: 'number',
      minimum: 0.05,
      maximum: 3_600,
      default: 1,
    },
    lockSeconds: {
      description: 'How long after its last sign of life the process that runs a job is taken for dead, in seconds.',
      type: 'number',
      minimum: 1,
      maximum: 86_400,
      default: 60,
    },
    maxConcurrency: {
      description: 'Jobs that run at once in this process, at most; one of each kind always may.',
      type: 'integer',
      minimum: 1,
      maximum: 1_000,
      default: 20,
    },
    keepFailedDays: {
      description: 'How long failed jobs are kept, in days.',
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 36_500,
      default: 7,
    },
  },
};
