import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import winston from 'winston';
import { runWithin } from '../../lib/context.js';
import { createIntegrations, defineProvider, redactingFormat, withIntegrationContext } from '../../lib/index.js';
import { createLogger } from '../../lib/logger.js';
import { createRedactor } from '../../lib/redaction/redactor.js';
import type { IntegrationDocument } from '../../schemas/integration.js';
import { useDatabase } from '../support/database.js';
import { memoryLogger } from '../support/memory-logger.js';

const { connection } = useDatabase();

type Line = Record<string, unknown>;

/** The application's own winston logger, and what it wrote. */
function applicationLogger(format: winston.Logform.Format = winston.format.json()) {
  const lines: Line[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Line);
      done();
    },
  });
  const logger = winston.createLogger({
    level: 'debug',
    format,
    transports: [new winston.transports.Stream({ stream })],
  });
  return { logger: withIntegrationContext(logger), lines };
}

const redactor = createRedactor();
const identity = { id: '650000000000000000000001', provider: 'acme', name: 'Acme of the spec' };

describe('withIntegrationContext', () => {
  const integrations = createIntegrations({
    connection,
    logger: false,
    providers: {
      acme: defineProvider({ name: 'Acme', credentialSchema: { type: 'object' }, metadataSchema: { type: 'object' } }),
    },
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 7).toString('base64') }],
  });
  let integration: IntegrationDocument;

  beforeAll(async () => {
    await integrations.start();
    integration = await integrations.create({ provider: 'acme', name: 'Acme of the spec', credentials: {} });
  });

  afterAll(() => integrations.close());

  const context = () => ({ integrationId: integration.id, provider: 'acme', integrationName: 'Acme of the spec' });

  it('adds the integration to lines written in a callback, with null for no operation', async () => {
    const { logger, lines } = applicationLogger();
    await integration.at('orders').get(() => logger.info('in a callback'));
    expect(lines).toMatchObject([{ message: 'in a callback', ...context(), operation: null }]);
    expect(lines[0]).toHaveProperty('operation');
  });

  it('adds the operation to lines written in its course, and in its callbacks', async () => {
    const { logger, lines } = applicationLogger();
    await integration.runOperation({ operation: 'import' }, async () => {
      logger.info('in the operation');
      await integration.at('orders').get(() => logger.info('in a callback'));
    });
    expect(lines).toMatchObject([
      { message: 'in the operation', ...context(), operation: 'import' },
      { message: 'in a callback', ...context(), operation: 'import' },
    ]);
  });

  it('adds nothing before and after', async () => {
    const { logger, lines } = applicationLogger();
    logger.info('before');
    await integration.runOperation({ operation: 'import' }, async () => undefined);
    logger.info('after');
    expect(lines).toEqual([
      { level: 'info', message: 'before' },
      { level: 'info', message: 'after' },
    ]);
  });

  it("leaves the application's own fields as they are", async () => {
    const { logger, lines } = applicationLogger();
    const child = logger.child({ tenantId: 't-1' });
    await integration.runOperation({ operation: 'import' }, async () => {
      child.info('inside', { provider: 'its own' });
    });
    child.info('outside');
    expect(lines).toMatchObject([
      { tenantId: 't-1', provider: 'its own', operation: 'import' },
      { message: 'outside', tenantId: 't-1' },
    ]);
    expect(lines[1]).not.toHaveProperty('operation');
  });

  it('says of each line what it was written for, also when the transport is slow', async () => {
    const lines: Line[] = [];
    const stream = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _encoding, done) {
        lines.push(JSON.parse(chunk.toString()) as Line);
        setImmediate(done);
      },
    });
    const transports = [new winston.transports.Stream({ stream })];
    const logger = withIntegrationContext(winston.createLogger({ format: winston.format.json(), transports }));
    const run = (operation: string) =>
      integration.runOperation({ operation }, async () => {
        for (let turn = 0; turn < 50; turn += 1) logger.info(operation);
        await new Promise((resolve) => setImmediate(resolve));
      });
    await Promise.all(['first', 'second'].map(run));
    await expect.poll(() => lines.length).toBe(100);
    expect(lines.filter(({ message, operation }) => message !== operation)).toEqual([]);
  });

  it('does not mix up what runs side by side', async () => {
    const { logger, lines } = applicationLogger();
    const run = (operation: string) =>
      integration.runOperation({ operation }, async () => {
        for (let turn = 0; turn < 5; turn += 1) {
          await new Promise((resolve) => setImmediate(resolve));
          logger.info(operation);
        }
      });
    await Promise.all(['first', 'second', 'third'].map(run));
    expect(lines).toHaveLength(15);
    expect(lines.filter(({ message, operation }) => message !== operation)).toEqual([]);
  });
});

describe('redactingFormat', () => {
  it('takes secrets out of messages and fields, and leaves the rest', () => {
    const format = winston.format.combine(redactingFormat({ extraKeys: ['ssn'] }), winston.format.json());
    const { logger, lines } = applicationLogger(format);
    logger.info('sent with Authorization: Bearer abc123def456', {
      orderId: 7,
      ssn: '078-05-1120',
      nested: { password: 'hunter2hunter2' },
    });
    expect(lines).toEqual([
      expect.objectContaining({ level: 'info', orderId: 7, ssn: '[REDACTED]', nested: { password: '[REDACTED]' } }),
    ]);
    expect(JSON.stringify(lines)).not.toContain('abc123def456');
  });
});

describe('createLogger', () => {
  it('writes to the logger of the application, at the same level', () => {
    const target = memoryLogger();
    const logger = createLogger(target, redactor);
    for (const level of ['error', 'warn', 'info', 'debug'] as const) logger[level](`at ${level}`, { n: 1 });
    expect(target.lines).toEqual(
      ['error', 'warn', 'info', 'debug'].map((level) => ({ level, message: `at ${level}`, meta: { n: 1 } })),
    );
  });

  it('adds the integration and the operation in context; the fields of the line win', () => {
    const target = memoryLogger();
    const logger = createLogger(target, redactor);
    runWithin({ integration: identity }, () => logger.warn('x', { provider: 'its own' }));
    expect(target.lines[0]?.meta).toEqual({
      integrationId: identity.id,
      provider: 'its own',
      integrationName: identity.name,
      operation: null,
    });
  });

  it('lets no secret through, in a message or in a field', () => {
    const target = memoryLogger();
    const secret = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';
    const error = new Error(`refused ${secret}`, { cause: { access_token: secret } });
    createLogger(target, redactor).error(`refused ${secret}`, { error, headers: { authorization: secret } });
    expect(JSON.stringify(target.lines)).toContain('refused');
    expect(JSON.stringify(target.lines)).not.toContain(secret);
  });

  it('says nothing for false', () => {
    expect(createLogger(false, redactor).error('x')).toBeUndefined();
  });

  it('writes warnings and errors to the console where the application gave no logger', () => {
    // winston's console transport writes to the stream that Node keeps behind console.log.
    const stdout = (console as unknown as { _stdout: NodeJS.WriteStream })._stdout;
    const write = vi.spyOn(stdout, 'write').mockReturnValue(true);
    const written = () => write.mock.calls.map(([chunk]) => String(chunk)).join('');
    try {
      const logger = createLogger(null, redactor);
      logger.info('of no concern');
      logger.warn('of some concern');
      expect(written()).toContain('of some concern');
      expect(written()).not.toContain('of no concern');
    } finally {
      write.mockRestore();
    }
  });

  it('does not fail where the logger of the application does', () => {
    const failing = (): never => {
      throw new Error('disk full');
    };
    const logger = createLogger({ error: failing, warn: failing, info: failing, debug: failing }, redactor);
    expect(() => logger.error('x')).not.toThrow();
  });
});
