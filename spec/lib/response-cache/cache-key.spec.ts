import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RequestBuilder, TypedRequestBuilder } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localToken, useLocalInstance } from '../../support/local-instance.js';
import { another, json, storedOf } from './cache-world.js';

const database = useDatabase();
const upstream = useHttpServer();
const local = useLocalInstance(database, upstream);

type Call = (builder: RequestBuilder) => RequestBuilder | TypedRequestBuilder<unknown>;

let endpoints = 0;

/** How many of the calls reached the other API. */
async function asked(...calls: readonly Call[]): Promise<number> {
  endpoints += 1;
  const endpoint = `/key-${endpoints}`;
  upstream.answer(json({ a: 1 }));
  const before = upstream.received.length;
  for (const call of calls) await call(local.integration.at(endpoint)).withCache(60).get();
  return upstream.received.length - before;
}

class Ticket {
  constructor(readonly payload: unknown) {}
  static from = (payload: unknown) => new Ticket(payload);
}
const other = { Ticket: class Other extends Ticket {} };

describe('calls share a response', () => {
  it.each<[string, Call, Call]>([
    ['the same data in another order', (b) => b.withData({ a: 1, b: [2] }), (b) => b.withData({ b: [2], a: 1 })],
    ['no data and undefined', (b) => b, (b) => b.withData(undefined)],
    [
      'headers of another case',
      (b) => b.withOptions({ headers: { 'X-A': '1' } }),
      (b) => b.withOptions({ headers: { 'x-a': '1' } }),
    ],
    ['another time-out', (b) => b.withOptions({ timeoutMs: 5_000 }), (b) => b.withOptions({ timeoutMs: 6_000 })],
    ['equal JSON Schemas', (b) => b.as({ type: 'object', title: 'A' }), (b) => b.as({ title: 'A', type: 'object' })],
    [
      'Standard Schemas that take the same',
      (b) => b.as(z.object({ a: z.number() })),
      (b) => b.as(z.object({ a: z.number() })),
    ],
  ])('for %s', async (_what, one, another) => {
    await expect(asked(one, another)).resolves.toBe(1);
  });
});

describe('calls have responses of their own', () => {
  it.each<[string, Call, Call]>([
    ['data', (b) => b.withData({ a: 1 }), (b) => b.withData({ a: 2 })],
    ['data of other types', (b) => b.withData({ a: 1 }), (b) => b.withData({ a: '1' })],
    ['a field that the log redacts', (b) => b.withData({ password: 'one' }), (b) => b.withData({ password: 'two' })],
    ['data and none', (b) => b.withData({ a: 1 }), (b) => b],
    ['a query', (b) => b.withOptions({ query: { a: 1 } }), (b) => b.withOptions({ query: { a: 2 } })],
    [
      'headers',
      (b) => b.withOptions({ headers: { accept: 'a/b' } }),
      (b) => b.withOptions({ headers: { accept: 'a/c' } }),
    ],
    ['another way to read the body', (b) => b.withOptions({ responseType: 'text' }), (b) => b],
    ['a schema and none', (b) => b.as({ type: 'object' }), (b) => b],
    ['JSON Schemas', (b) => b.as({ type: 'object' }), (b) => b.as({ type: ['object', 'null'] })],
    ['classes', (b) => b.as(Ticket), (b) => b.as(other.Ticket)],
    ['Standard Schemas', (b) => b.as(z.object({ a: z.number() })), (b) => b.as(z.object({ a: z.number().max(9) }))],
  ])('for different %s', async (_what, one, another) => {
    await expect(asked(one, another)).resolves.toBe(2);
  });

  it('for data that differs beyond what the log stores', async () => {
    const long = 'x'.repeat(100_000);
    await expect(
      asked(
        (b) => b.withOptions({ query: { q: `${long.slice(0, 9_000)}1` } }),
        (b) => b.withOptions({ query: { q: `${long.slice(0, 9_000)}2` } }),
      ),
    ).resolves.toBe(2);
  });

  it('for a GET and a HEAD, and for a URL and a callback', async () => {
    upstream.answer(json(1));
    const builder = local.integration.at('/methods').withCache(60);
    await builder.get();
    await expect(builder.execute('HEAD')).resolves.toBeNull();
    await expect(builder.get(() => 'called')).resolves.toBe('called');
    await expect(builder.get('/elsewhere')).resolves.toBe(1);
    expect(upstream.received).toHaveLength(3);
  });

  it('for each integration', async () => {
    const integration = await another(local);
    await local.integration
      .at('owned')
      .withCache(60)
      .get(() => 'one');
    await expect(
      integration
        .at('owned')
        .withCache(60)
        .get(() => 'other'),
    ).resolves.toBe('other');
  });

  it('for other metadata, which fills paths', async () => {
    const integration = await another(local);
    upstream.answer((request, response) => response.setHeader('content-type', 'text/plain').end(request.url));
    const call = async () =>
      (await local.integrations.findOrFail(integration.id)).at('/of/{owner}').withCache(60).get();
    await expect(call()).resolves.toBe('/of/octocat');
    await local.integrations.update(integration, { metadata: { owner: 'hubot' } });
    await expect(call()).resolves.toBe('/of/hubot');
  });

  it('for new credentials: the data of one account is not shown to another', async () => {
    const integration = await another(local);
    upstream.answer((request, response) =>
      response.setHeader('content-type', 'text/plain').end(request.headers.authorization),
    );
    const call = async () => (await local.integrations.findOrFail(integration.id)).at('/me').withCache(60).get();
    await expect(call()).resolves.toBe(`Bearer ${localToken}`);
    await local.integrations.update(integration, { credentials: { token: 'of-another-account' } });
    await expect(call()).resolves.toBe('Bearer of-another-account');
  });
});

it('the key shows nothing of the request', async () => {
  await local.integration
    .at('hidden')
    .withData({ email: 'jane@example.com' })
    .withCache(60)
    .get(() => 1);
  const [stored] = await storedOf(local.integrations.models, 'hidden');
  expect(stored!._id).toMatch(new RegExp(`^${local.integration.id}:[\\w-]{43}$`));
});

it.each([
  ['a function', () => 1],
  ['a stream', new ReadableStream()],
  ['a form', new FormData()],
])('data that cannot be compared is refused: %s', async (_what, part) => {
  const call = local.integration
    .at('incomparable')
    .withData({ part })
    .withCache(60)
    .get(() => 1);
  await expect(call).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
});
