import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';
import { counted, storedOf } from './cache-world.js';

const database = useDatabase();
const upstream = useHttpServer();
const local = useLocalInstance(database, upstream, { cache: { maxEntryBytes: 1_000 } });

class Customer {
  constructor(readonly id: number) {}
  static from = (payload: unknown) => new Customer((payload as Customer).id);
}

/** What the log says about an endpoint. */
const warnings = (endpoint: string) =>
  local.logger.lines
    .filter(({ meta }) => meta.endpoint === endpoint)
    .map(({ level, message }) => `${level}: ${message}`);

describe('a response that cannot be stored', () => {
  it.each<[string, () => unknown, string]>([
    ['a function', () => ({ close: () => undefined }), 'hidden state'],
    ['a stream', () => Readable.from(['a']), 'hidden state'],
    ['a fetch Response', () => new Response('a'), 'hidden state'],
    ['too much', () => 'x'.repeat(1_000), 'cache.maxEntryBytes (1000)'],
  ])('is given to the caller, and said once: %s', async (what, give, message) => {
    const callback = counted(give);
    const call = () => local.integration.at(what).withCache(60).get(callback);
    await call();
    await call();
    expect(callback.runs()).toBe(2);
    expect(warnings(what)).toEqual([expect.stringContaining(message)]);
    await expect(storedOf(local.integrations.models, what)).resolves.toMatchObject([
      { payload: null, fetchUntil: null },
    ]);
  });
});

describe('instances of classes', () => {
  it('come back as plain data where no schema types them, which is said once', async () => {
    const call = () =>
      local.integration
        .at('instances')
        .withCache(60)
        .get(() => [new Customer(7)]);
    await call();
    const [served] = await call();
    expect(served).toStrictEqual({ id: 7 });
    expect(warnings('instances')).toEqual([expect.stringContaining('warn: A cached response holds instances')]);
  });

  it('are none of our business where a schema types them', async () => {
    const call = () =>
      local.integration
        .at('typed')
        .as(Customer)
        .withCache(60)
        .get(() => new Customer(7));
    await call();
    await expect(call()).resolves.toEqual(new Customer(7));
    expect(warnings('typed')).toEqual([]);
  });
});
