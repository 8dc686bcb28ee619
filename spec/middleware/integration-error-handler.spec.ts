import express, { type ErrorRequestHandler } from 'express';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CircuitOpenError,
  errorTable,
  HttpResponseError,
  IntegrationError,
  RateLimitExceededError,
  RetriesExhaustedError,
  RetryableError,
  SchemaDriftError,
  type IntegrationErrorCode,
} from '../../lib/errors.js';
import {
  integrationErrorHandler,
  type IntegrationErrorHandlerOptions,
} from '../../middleware/integration-error-handler.js';
import { useHttpServer } from '../support/http-server.js';
import { memoryLogger } from '../support/memory-logger.js';

const server = useHttpServer();
const codes = Object.keys(errorTable) as IntegrationErrorCode[];
const serverCodes = codes.filter((code) => errorTable[code].status >= 500);

/** An application whose one route fails with whatever `next` holds. */
function failingApp(options?: IntegrationErrorHandlerOptions) {
  const failure: { next: unknown } = { next: null };
  const seenByHost: unknown[] = [];
  const logger = memoryLogger();
  const hostHandler: ErrorRequestHandler = (error, _req, res, _next) => {
    seenByHost.push(error);
    if (res.headersSent) res.end();
    else res.status(418).send('the application’s own answer');
  };
  const app = express();
  app.get('/fails/late', (_req, res) => {
    res.write('begun');
    throw failure.next;
  });
  app.get('/fails{/*rest}', () => {
    throw failure.next;
  });
  app.use(integrationErrorHandler({ integrations: { logger }, ...options }));
  app.use(hostHandler);
  server.answer(app);
  return {
    logger,
    seenByHost,
    async answerTo(error: unknown, path = '/fails') {
      failure.next = error;
      const response = await fetch(server.origin + path);
      return { response, text: await response.text() };
    },
  };
}

/** The same class, as another installed copy of the package would have it. */
function foreignError(fields: Readonly<Record<string, unknown>>): Error {
  const brand = Symbol.for('express-integrations.error');
  return Object.assign(new Error('from elsewhere'), { [brand]: true, code: 'INTEGRATION_NOT_FOUND', ...fields });
}

describe('integrationErrorHandler', () => {
  it('answers every code of the table with a problem document', async () => {
    const { answerTo } = failingApp();
    for (const code of codes) {
      const { response, text } = await answerTo(new IntegrationError(code, 'What happened.'), '/fails/here?page=2');
      const { status, title, remedy } = errorTable[code];
      expect(response.status).toBe(status);
      expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(JSON.parse(text)).toEqual({
        type: `urn:express-integrations:error:${code.toLowerCase().replaceAll('_', '-')}`,
        title,
        status,
        detail: status < 500 ? 'What happened.' : title,
        instance: '/fails/here',
        code,
        remedy,
      });
    }
  });

  it('tells what happened on our side only where it is asked to', async () => {
    const { answerTo } = failingApp({ exposeDetails: true });
    const { text } = await answerTo(new IntegrationError('REQUEST_INVALID', 'withAttempts(0): at least 1.'));
    expect(JSON.parse(text)).toMatchObject({ status: 500, detail: 'withAttempts(0): at least 1.' });
  });

  it('says when to come back, in whole seconds', async () => {
    const { answerTo } = failingApp();
    const { response } = await answerTo(new RetryableError('Busy.', { retryAfterSeconds: 1.2 }));
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('2');
  });

  it.each<[string, number, Error]>([
    [
      'an open circuit with 503',
      503,
      new CircuitOpenError({ integrationId: '1', openedAt: new Date(), cooldownSeconds: 30, retryAfterSeconds: 12.3 }),
    ],
    [
      'an exceeded rate limit with 429',
      429,
      new RateLimitExceededError({ integrationId: '1', retryAfterSeconds: 12.3, cause: new Error('before') }),
    ],
  ])('answers %s, and says when to come back', async (_refusal, status, error) => {
    const { answerTo } = failingApp();
    const { response, text } = await answerTo(error);
    expect(response.status).toBe(status);
    expect(response.headers.get('retry-after')).toBe('13');
    expect(JSON.parse(text)).toMatchObject({ status, code: (error as IntegrationError).code });
    expect(text).not.toContain('before');
  });

  it.each([undefined, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    'does not say when to come back for %s seconds',
    async (retryAfterSeconds) => {
      const { answerTo } = failingApp();
      const options = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
      const { response } = await answerTo(new RetryableError('Busy.', options));
      expect(response.headers.has('retry-after')).toBe(false);
    },
  );

  it('leaves other errors to the application, untouched and unlogged', async () => {
    const { answerTo, seenByHost, logger } = failingApp();
    const error = Object.assign(new TypeError('a bug'), { status: 404, code: 'INTEGRATION_NOT_FOUND' });
    const { response } = await answerTo(error);
    expect(response.status).toBe(418);
    expect(seenByHost).toEqual([error]);
    expect(seenByHost[0]).toBe(error);
    expect(logger.lines).toEqual([]);
  });

  it('leaves an answer that has begun to the application', async () => {
    const { answerTo, seenByHost } = failingApp();
    const error = new IntegrationError('UPSTREAM_STATUS', 'Answered 500.');
    const { text } = await answerTo(error, '/fails/late');
    expect(text).toBe('begun');
    expect(seenByHost).toEqual([error]);
  });

  it('logs what is answered with 5xx once, and nothing else', async () => {
    const { answerTo, logger } = failingApp();
    await answerTo(new IntegrationError('INTEGRATION_NOT_FOUND', 'No integration matches.'));
    expect(logger.lines).toEqual([]);
    const cause = new RangeError('the request was: authorization 1234567890');
    await answerTo(new IntegrationError('OPTIONS_INVALID', 'timeoutMs: a number.', { cause }), '/fails/x?token=t0ken');
    expect(logger.lines).toEqual([
      {
        level: 'error',
        message: 'OPTIONS_INVALID: timeoutMs: a number.',
        meta: {
          code: 'OPTIONS_INVALID',
          status: 500,
          method: 'GET',
          path: '/fails/x',
          stack: expect.stringContaining('IntegrationError: timeoutMs') as string,
          cause: 'RangeError',
        },
      },
    ]);
  });

  it('warns of an open circuit, without a stack: it is no fault of ours', async () => {
    const { answerTo, logger } = failingApp();
    const facts = { integrationId: 'a', openedAt: null, cooldownSeconds: 30, retryAfterSeconds: 30 };
    await answerTo(new CircuitOpenError(facts));
    expect(logger.lines).toMatchObject([{ level: 'warn', meta: { code: 'CIRCUIT_OPEN', status: 503 } }]);
    expect(logger.lines[0]?.meta).toHaveProperty('stack', undefined);
  });

  it('knows the errors of another installed copy of the package', async () => {
    const { answerTo } = failingApp();
    const { response, text } = await answerTo(foreignError({}));
    expect(response.status).toBe(404);
    expect(JSON.parse(text)).toMatchObject({ code: 'INTEGRATION_NOT_FOUND', detail: 'from elsewhere' });
  });

  it.each([
    [409, 409],
    [200, 500],
    [999, 500],
    ['404', 500],
    [undefined, 500],
  ])('answers a code that only another copy knows, with status %s, with %i', async (status, answered) => {
    const { answerTo } = failingApp();
    const { response, text } = await answerTo(foreignError({ code: 'toString', status }));
    expect(response.status).toBe(answered);
    expect(JSON.parse(text)).toMatchObject({ code: 'INTEGRATION_ERROR', title: 'Integration error' });
  });
});

describe('a secret in an error', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9]{24}$/);
  const places = ['message', 'cause', 'details', 'payload', 'body', 'headers', 'stack', 'title', 'remedy', 'status'];

  function errorWith(value: string, code: IntegrationErrorCode, place: string): Error {
    const error = new IntegrationError(code, place === 'message' ? `Answered ${value}.` : 'Failed.', {
      cause: new Error(`cause ${value}`),
      details: { value, nested: [{ value }] },
    });
    Object.defineProperty(error, place, { value, enumerable: true });
    return error;
  }

  it('never reaches the client where our side is at fault, wherever it stands', async () => {
    const { answerTo } = failingApp();
    await fc.assert(
      fc.asyncProperty(
        secret,
        fc.constantFrom(...serverCodes),
        fc.constantFrom(...places),
        async (value, code, place) => {
          const { response, text } = await answerTo(errorWith(value, code, place));
          expect(response.status).toBe(errorTable[code].status);
          expect(text).not.toContain(value);
          expect(JSON.stringify([...response.headers])).not.toContain(value);
        },
      ),
      { seed: 4, numRuns: 150 },
    );
  });

  it('never reaches the client from anything but the message', async () => {
    const { answerTo } = failingApp();
    const elsewhere = places.filter((place) => place !== 'message');
    await fc.assert(
      fc.asyncProperty(secret, fc.constantFrom(...codes), fc.constantFrom(...elsewhere), async (value, code, place) => {
        const { response, text } = await answerTo(errorWith(value, code, place));
        expect(text).not.toContain(value);
        expect(JSON.stringify([...response.headers])).not.toContain(value);
      }),
      { seed: 5, numRuns: 150 },
    );
  });

  it('is taken out of a message that is told', async () => {
    const { answerTo } = failingApp({ exposeDetails: true });
    await fc.assert(
      fc.asyncProperty(secret, fc.constantFrom(...codes), async (value, code) => {
        const told = [
          `ghp_${value}`,
          `Authorization: Bearer ${value}`,
          `https://me:${value}@api.example/`,
          `token=${value}`,
        ];
        const { text } = await answerTo(new IntegrationError(code, `Refused: ${told.join(' ; ')}`));
        expect(text).toContain('Refused');
        expect(text).not.toContain(value);
      }),
      { seed: 6, numRuns: 60 },
    );
  });

  it('never reaches the client as the body or the payload of what another API said', async () => {
    const { answerTo } = failingApp();
    const value = 'xK3jd8Ls02mQpW71';
    const errors = [
      new HttpResponseError(`GET answered 500: ${value}`, { statusCode: 500, headers: { a: value }, body: { value } }),
      new SchemaDriftError({
        integrationId: '1',
        endpoint: '/issues',
        schemaName: 'Issue',
        payload: { value },
        source: 'live',
        violations: [`/title: got ${value}`],
      }),
      new RetriesExhaustedError(3, new Error(value)),
    ];
    for (const error of errors) {
      const { response, text } = await answerTo(error);
      expect(response.status).toBe(502);
      expect(text).not.toContain(value);
    }
  });
});
