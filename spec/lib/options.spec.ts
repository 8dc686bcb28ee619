import mongoose from 'mongoose';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { isIntegrationError } from '../../lib/errors.js';
import { resolveOptions, type IntegrationsOptions } from '../../lib/options.js';
import { optionsSchema } from '../../schemas/json/options.js';

const secret = Buffer.alloc(32, 7).toString('base64');
const required = { connection: mongoose.createConnection(), encryptionKeys: [{ id: 'a', secret }] };

/** Resolves options of any shape, as a user without types would write them. */
function resolve(options: object): ReturnType<typeof resolveOptions> {
  return resolveOptions({ ...required, ...options });
}

function problemsOf(options: object): unknown {
  try {
    resolve(options);
  } catch (error) {
    if (isIntegrationError(error, 'OPTIONS_INVALID')) return error.details.problems;
    throw error;
  }
  return [];
}

describe('resolveOptions', () => {
  it('fills in the documented defaults', () => {
    const { connection, ...data } = resolve({});
    expect(connection).toBe(required.connection);
    expect(data).toEqual({
      providers: {},
      encryptionKeys: [{ id: 'a', secret }],
      prefix: 'integration',
      basePath: '/integrations',
      publicUrl: null,
      autoIndex: true,
      logger: null,
      requests: { timeoutMs: 30_000, deadlineMs: 120_000, maxResponseBytes: 10_485_760 },
      retry: { readAttempts: 3, writeAttempts: 1, maxDelayMs: 60_000, jitter: 0.25 },
      http: { allowedPrivateHosts: [], maxRedirects: 5, userAgent: 'express-integrations' },
      requestLog: { maxStoredBytes: 65_536, journal: true, waitMs: 1_000, maxBuffered: 10_000, redactKeys: [] },
      rateLimits: { maxWaitSeconds: 10 },
      circuit: {
        enabled: true,
        strategy: 'rate',
        windowSeconds: 20,
        failureRate: 0.5,
        minimumAttempts: 10,
        failureCount: 5,
        cooldownSeconds: 30,
      },
      health: { degradedAfter: 5, failingAfter: 20, disabledAfter: 50 },
      monitoring: {
        windowMinutes: 15,
        failureRate: 0.25,
        minimumCalls: 20,
        staleAfterIntervals: 10,
        closeIncidentsAfterHours: 72,
      },
      cache: { staleIfErrorSeconds: 0, revalidateSeconds: 86_400, maxEntryBytes: 1_048_576, sharedFetch: true },
      idempotency: { retentionDays: 90, leaseSeconds: 30, maxResultBytes: 1_048_576 },
      sync: {
        tickSeconds: 5,
        leaseSeconds: 60,
        batchSize: 500,
        maxQueuedBatches: 40,
        slots: 2,
        concurrency: 10,
        itemTries: 3,
        itemBackoff: [30, 120, 600],
        itemTimeoutSeconds: 300,
        deferWindowSeconds: 21_600,
        maxPayloadBytes: 1_048_576,
        jitter: 0.1,
        stuckAfterRuns: 5,
        maxMissingShare: 0.2,
      },
      retention: {
        ...{ requestsDays: 90, logsDays: 365, syncItemsDays: 90, syncRunsDays: 365 },
        ...{ syncEntitiesDays: 365, incidentsDays: 365 },
      },
      webhooks: {
        maxBodyBytes: 1_048_576,
        processIn: 'receiver',
        concurrency: 20,
        leaseSeconds: 60,
        tries: 5,
        backoff: [10, 60, 300, 1_800],
        deferWindowSeconds: 21_600,
        handlerTimeoutSeconds: 300,
        storeWithinMs: 2_500,
        sameBodySeconds: 86_400,
        maxCandidates: 100,
        retentionDays: 90,
      },
      oauth: {
        stateSeconds: 600,
        returnTo: [],
        sharedCallback: false,
        successPath: null,
        failurePath: null,
        refreshLeaseSeconds: 10,
        refreshWaitSeconds: 20,
        refreshEverySeconds: 30,
      },
      agenda: null,
      jobs: { enabled: true, processEverySeconds: 1, lockSeconds: 60, maxConcurrency: 20, keepFailedDays: 7 },
    });
  });

  it('keeps what was given beside the defaults, and takes undefined for absent', () => {
    const resolved = resolve({ retry: { jitter: 0 }, prefix: 'acme', autoIndex: undefined, http: undefined });
    expect(resolved.retry).toEqual({ readAttempts: 3, writeAttempts: 1, maxDelayMs: 60_000, jitter: 0 });
    expect(resolved).toMatchObject({ prefix: 'acme', autoIndex: true, http: { maxRedirects: 5 } });
  });

  it("passes the host's objects on, and changes nothing of what it was given", () => {
    const logger = Object.freeze({ error: noop, warn: noop, info: noop, debug: noop });
    const providers = { acme: { name: 'Acme', credentialSchema: {}, metadataSchema: {} } };
    const given = { providers, logger, retry: {}, http: { allowedPrivateHosts: ['ghe.internal'] } };
    const resolved = resolve(given);
    expect(resolved.logger).toBe(logger);
    expect(resolved.providers).toBe(providers);
    expect(given.retry).toEqual({});
    expect(Object.isFrozen(providers)).toBe(false);
  });

  it('gives a copy that later changes do not reach, and that cannot be changed', () => {
    const http = { allowedPrivateHosts: ['ghe.internal'] };
    const resolved = resolve({ http });
    http.allowedPrivateHosts.push('169.254.169.254');
    expect(resolved.http.allowedPrivateHosts).toEqual(['ghe.internal']);
    expect(() => Object.assign(resolved.http, { maxRedirects: 0 })).toThrow(TypeError);
    expect(() => Object.assign(resolved, { prefix: 'x' })).toThrow(TypeError);
  });

  it('takes the slash at the end of publicUrl away', () => {
    expect(resolve({ publicUrl: 'https://app.example.com/api/' }).publicUrl).toBe('https://app.example.com/api');
  });

  it.each<[object, string]>([
    [{ connection: undefined }, 'connection: expected a Mongoose connection, such as mongoose.connection, got nothing'],
    [{ connection: mongoose }, 'connection: expected a Mongoose connection, such as mongoose.connection, got object'],
    [{ providers: [] }, 'providers: expected an object, got array'],
    [{ encryptionKeys: undefined }, 'encryptionKeys: expected an array, got nothing'],
    [{ encryptionKeys: [] }, 'encryptionKeys: expected at least 1 element, got array'],
    [{ encryptionKeys: [{ id: 'a' }] }, 'encryptionKeys[0].secret: expected a string, got nothing'],
    [{ prefix: '1st' }, 'prefix: expected a letter, then up to 63 letters, digits, "_" or "-", got "1st"'],
    [{ basePath: 'hooks' }, 'basePath: expected a path that begins with "/" and does not end with it, got "hooks"'],
    [{ basePath: '/hooks/' }, 'basePath: expected a path that begins with "/" and does not end with it, got "/hooks/"'],
    [{ autoIndex: 'no' }, 'autoIndex: expected true or false, got "no"'],
    [{ logger: true }, 'logger: expected a logger with the methods error, warn, info and debug, or false, got true'],
    [
      { logger: { warn: noop } },
      'logger: expected a logger with the methods error, warn, info and debug, or false, got object',
    ],
    [{ requests: 5 }, 'requests: expected an object, got 5'],
    [{ requests: { timeoutMs: 0 } }, 'requests.timeoutMs: expected a number >= 1, got 0'],
    [{ requests: { timeoutMs: 2 ** 31 } }, 'requests.timeoutMs: expected a number <= 2147483647, got 2147483648'],
    [{ requests: { deadlineMs: 1.5 } }, 'requests.deadlineMs: expected an integer, got 1.5'],
    [{ requests: { deadlineMs: Number.NaN } }, 'requests.deadlineMs: expected an integer, got NaN'],
    [{ retry: { readAttempts: '3' } }, 'retry.readAttempts: expected an integer, got "3"'],
    [{ retry: { jitter: 2 } }, 'retry.jitter: expected a number <= 1, got 2'],
    [
      { http: { allowedPrivateHosts: ['https://ghe.internal/'] } },
      'http.allowedPrivateHosts[0]: expected a host name or IP address, without scheme and path, got "https://ghe.internal/"',
    ],
    [{ http: { userAgent: 'a\r\nb' } }, 'http.userAgent: expected printable ASCII characters, got "a\\r\\nb"'],
    [{ requestLog: { redactKeys: [1] } }, 'requestLog.redactKeys[0]: expected a string, got 1'],
    [{ requestLog: { journal: null } }, 'requestLog.journal: expected true or false, got null'],
  ])('refuses %j, naming the path, what was expected and what came', (options, problem) => {
    expect(problemsOf(options)).toEqual([problem]);
  });

  it('names every wrong option in one error', () => {
    expect(() => resolve({ retry: { jitter: -1 }, prefix: '' })).toThrow(
      'Invalid options: prefix: expected a letter, then up to 63 letters, digits, "_" or "-", got ""; ' +
        'retry.jitter: expected a number >= 0, got -1',
    );
  });

  it('names an unknown option, and the one that was likely meant', () => {
    expect(problemsOf({ encryptionKey: secret, requests: { timeout: 5 }, colour: 'red' })).toEqual([
      'encryptionKey: expected no such key (did you mean "encryptionKeys"?), got string',
      'colour: expected no such key, got string',
      'requests.timeout: expected no such key (did you mean "timeoutMs"?), got number',
    ]);
  });

  it.each([null, undefined, 'options', [], 5])('refuses %j as a whole', (options) => {
    expect(() => resolveOptions(options as unknown as IntegrationsOptions)).toThrow(
      /^Invalid options: options: expected an object, got/,
    );
  });

  it.each<object>([
    { encryptionKeys: secret },
    { encryptionKeys: [secret] },
    { encryptionKeys: [[secret]] },
    { encryptionKeys: [{ id: 1, secret }] },
    { encryptionKeys: [{ id: secret, secret: 1 }] },
    { encryptionKeys: [{ id: 'a', secret: { secret } }] },
    { encryptionKeys: [{ key: secret }] },
    { encryptionKeys: { a: secret } },
    { encryptionkeys: secret, encryptionKeys: undefined },
    { publicUrl: `https://user:${secret}@app.example.com` },
  ])('shows no secret in the error (case %#)', (options) => {
    const problems = problemsOf(options);
    expect(problems).not.toEqual([]);
    expect(JSON.stringify(problems)).not.toContain(secret);
  });
});

describe('the JSON Schema of the options', () => {
  it('knows the options of the type, and no others', () => {
    expectTypeOf<keyof typeof optionsSchema.properties>().toEqualTypeOf<keyof IntegrationsOptions>();
  });

  it('describes every option, and every number with its unit', () => {
    const undescribed = leavesOf(optionsSchema.properties).filter(([, { description = '' }]) => description === '');
    const unitless = leavesOf(optionsSchema.properties).filter(
      ([name, { description = '' }]) =>
        (name.endsWith('Ms') && !description.includes('in milliseconds')) ||
        (name.endsWith('Bytes') && !/bytes/i.test(description)),
    );
    expect({ undescribed, unitless }).toEqual({ undescribed: [], unitless: [] });
  });
});

interface Leaf {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Leaf>>;
}

function leavesOf(properties: Readonly<Record<string, Leaf>>): [string, Leaf][] {
  return Object.entries(properties).flatMap(([name, schema]) => [[name, schema], ...leavesOf(schema.properties ?? {})]);
}

function noop(): void {
  // A logger that says nothing.
}
