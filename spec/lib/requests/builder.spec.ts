import { Types } from 'mongoose';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createBuilder, specFromOptions } from '../../../lib/requests/builder.js';
import type { CallSpec } from '../../../lib/requests/call-spec.js';
import type {
  FromPayload,
  RequestBuilder,
  RequestOptions,
  ResponseSchema,
} from '../../../lib/types/request-builder.js';

/** A builder whose calls end here. */
function recordingBuilder(endpoint = '/issues') {
  const specs: CallSpec[] = [];
  const run = vi.fn(async (spec: CallSpec) => {
    specs.push(spec);
    return 'answer';
  });
  return { builder: createBuilder(endpoint, { run, urlOf: () => null }), specs, run };
}

async function specOf(build: (builder: RequestBuilder) => Promise<unknown>): Promise<CallSpec> {
  const { builder, specs } = recordingBuilder();
  await build(builder);
  expect(specs).toHaveLength(1);
  return specs[0]!;
}

const invalid = expect.objectContaining({ code: 'REQUEST_INVALID' });

describe('the verbs', () => {
  it.each(['get', 'post', 'put', 'patch', 'delete'] as const)('%s() calls the endpoint itself', async (verb) => {
    expect(await specOf((builder) => builder[verb]())).toMatchObject({
      endpoint: '/issues',
      method: verb.toUpperCase(),
      target: { kind: 'url', url: '/issues' },
    });
  });

  it.each(['get', 'post', 'put', 'patch', 'delete'] as const)(
    '%s(path) keeps the endpoint as a label',
    async (verb) => {
      expect(await specOf((builder) => builder[verb]('/v2/issues'))).toMatchObject({
        endpoint: '/issues',
        target: { kind: 'url', url: '/v2/issues' },
      });
    },
  );

  it.each(['get', 'post', 'put', 'patch', 'delete'] as const)('%s(callback) runs the callback', async (verb) => {
    const callback = (): string => 'x';
    expect(await specOf((builder) => builder[verb](callback))).toMatchObject({
      target: { kind: 'callback', callback },
    });
  });

  it('execute() takes a method of its own', async () => {
    const callback = (): string => 'x';
    expect(await specOf((builder) => builder.execute('customers.create', callback))).toMatchObject({
      method: 'customers.create',
      target: { kind: 'callback', callback },
    });
    expect(await specOf((builder) => builder.execute('HEAD'))).toMatchObject({ method: 'HEAD' });
  });

  it('give what the call gave', async () => {
    await expect(recordingBuilder().builder.get()).resolves.toBe('answer');
  });

  it('say what is asked for, unless said otherwise: the default attempts of the verb, no data, no key', async () => {
    expect(await specOf((builder) => builder.get())).toMatchObject({
      data: undefined,
      parser: null,
      attempts: null,
      cache: null,
      idempotencyKey: null,
      related: null,
      retryOfId: null,
      options: {},
    });
  });

  it.each(['', '  '])('refuse the method %j', async (method) => {
    await expect(recordingBuilder().builder.execute(method)).rejects.toEqual(invalid);
  });

  it('refuse data in place of a target, and say where data goes', async () => {
    const { builder, run } = recordingBuilder();
    const data = { title: 'x' } as unknown as string;
    await expect(builder.post(data)).rejects.toThrow('withData()');
    await expect(builder.as(z.string()).post(data)).rejects.toEqual(invalid);
    expect(run).not.toHaveBeenCalled();
  });
});

describe('createBuilder', () => {
  it.each(['', ' ', 7 as unknown as string])('refuses the endpoint %j at once', (endpoint) => {
    expect(() => createBuilder(endpoint, { run: vi.fn(), urlOf: () => null })).toThrow(invalid);
  });
});

describe('every step', () => {
  const steps: [string, (builder: RequestBuilder) => RequestBuilder, Partial<CallSpec>][] = [
    ['withData', (builder) => builder.withData({ a: 1 }), { data: { a: 1 } }],
    ['withAttempts', (builder) => builder.withAttempts(5), { attempts: 5 }],
    ['withCache', (builder) => builder.withCache(60), { cache: { ttl: 60 } }],
    ['withIdempotencyKey', (builder) => builder.withIdempotencyKey('k'), { idempotencyKey: 'k' }],
    ['relatedTo', (builder) => builder.relatedTo({ type: 'Order', id: 7 }), { related: { type: 'Order', id: 7 } }],
    ['withOptions', (builder) => builder.withOptions({ timeoutMs: 5 }), { options: { timeoutMs: 5 } }],
  ];

  it.each(steps)('%s gives a new builder and leaves the old one as it was', async (_name, step, expected) => {
    const { builder, specs } = recordingBuilder();
    await builder.get();
    const next = step(builder);
    expect(next).not.toBe(builder);
    await next.get();
    await builder.get();
    expect(specs[1]).toMatchObject(expected);
    expect(specs[2]).toEqual(specs[0]);
  });

  it('can be taken from a half-built builder that is shared', async () => {
    const { builder, specs } = recordingBuilder();
    const shared = builder.withAttempts(2).withOptions({ headers: { a: '1' } });
    await shared.withData('first').get();
    await shared.withData('second').withAttempts(7).post();
    expect(specs).toMatchObject([
      { method: 'GET', data: 'first', attempts: 2 },
      { method: 'POST', data: 'second', attempts: 7 },
    ]);
  });

  it('carries over into the typed builder, and on from there', async () => {
    const spec = await specOf((builder) =>
      builder
        .withData({ a: 1 })
        .withAttempts(4)
        .withIdempotencyKey('k')
        .withCache(60)
        .as(z.object({ id: z.number() }))
        .relatedTo({ type: 'Order', id: 7 })
        .get(),
    );
    expect(spec).toMatchObject({
      data: { a: 1 },
      attempts: 4,
      idempotencyKey: 'k',
      cache: { ttl: 60 },
      related: { type: 'Order', id: 7 },
      parser: { schemaName: 'the zod schema' },
    });
  });
});

/** As untyped code calls it. */
function asSchema(builder: RequestBuilder, schema: unknown): unknown {
  return builder.as(schema as FromPayload<unknown>);
}

describe('as', () => {
  class NoSchema {
    readonly id = 1;
  }

  it.each([
    ['a class without from()', NoSchema],
    ['an instance of a class', new NoSchema()],
    ['a function', () => undefined],
    ['text', 'Issue'],
    ['null', null],
    ['a list', []],
  ])('refuses %s at once, and says what it takes', (_what, schema) => {
    const { builder, run } = recordingBuilder();
    expect(() => asSchema(builder, schema)).toThrow(invalid);
    expect(() => asSchema(builder, schema)).toThrow(/Standard Schema.*static from\(payload\).*JSON Schema/);
    expect(run).not.toHaveBeenCalled();
  });

  it('refuses a JSON Schema with a mistake in it at once', () => {
    const { builder } = recordingBuilder();
    expect(() => asSchema(builder, { type: 'objekt' })).toThrow(expect.objectContaining({ code: 'SCHEMA_INVALID' }));
  });
});

describe('withAttempts', () => {
  it.each([1, 100])('takes %i', async (attempts) => {
    expect(await specOf((builder) => builder.withAttempts(attempts).get())).toMatchObject({ attempts });
  });

  it.each([0, -1, 1.5, 101, Number.NaN, Number.POSITIVE_INFINITY, '3' as unknown as number])(
    'refuses %s',
    (attempts) => {
      expect(() => recordingBuilder().builder.withAttempts(attempts)).toThrow(invalid);
    },
  );
});

describe('withIdempotencyKey', () => {
  it.each([1, 191])('takes a key of %i characters', async (length) => {
    const key = 'k'.repeat(length);
    expect(await specOf((builder) => builder.withIdempotencyKey(key).post())).toMatchObject({ idempotencyKey: key });
  });

  it.each([null, undefined])('takes %s for no key', async (key) => {
    expect(await specOf((builder) => builder.withIdempotencyKey(key).post())).toMatchObject({ idempotencyKey: null });
  });

  it.each([
    ['an empty key', ''],
    ['a key of 192 characters', 'k'.repeat(192)],
    ['a number', 7 as unknown as string],
  ])('refuses %s at once', (_what, key) => {
    expect(() => recordingBuilder().builder.withIdempotencyKey(key)).toThrow(invalid);
  });

  it('does not repeat the key in its complaint', () => {
    const key = `key-${'7'.repeat(200)}`;
    expect(() => recordingBuilder().builder.withIdempotencyKey(key)).not.toThrow(/7{10}/);
  });
});

describe('withCache', () => {
  it.each([1, 0.5, new Date(0)])('takes %s', async (ttl) => {
    expect(await specOf((builder) => builder.withCache(ttl).get())).toMatchObject({ cache: { ttl } });
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, new Date(Number.NaN)])('refuses %s', (ttl) => {
    expect(() => recordingBuilder().builder.withCache(ttl)).toThrow(invalid);
  });

  it('takes options', async () => {
    const options = { staleIfErrorSeconds: 0, tags: ['repo:1'], anyMethod: true };
    expect(await specOf((builder) => builder.withCache(60, options).get())).toMatchObject({
      cache: { ttl: 60, ...options },
    });
  });

  it('keeps the tags as they were given', async () => {
    const tags = ['a'];
    const { builder, run } = recordingBuilder();
    const cached = builder.withCache(60, { tags });
    tags.push('b');
    await cached.get();
    expect(run).toHaveBeenCalledWith(expect.objectContaining({ cache: { ttl: 60, tags: ['a'] } }));
  });

  it.each([
    { staleIfErrorSeconds: -1 },
    { staleIfErrorSeconds: Number.NaN },
    { tags: [''] },
    { tags: ['x'.repeat(201)] },
    { tags: Array.from({ length: 21 }, String) },
    { tags: 'tag' as unknown as string[] },
    { tags: [7 as unknown as string] },
  ])('refuses %j', (options) => {
    expect(() => recordingBuilder().builder.withCache(60, options)).toThrow(invalid);
  });
});

describe('retryOf', () => {
  const _id = new Types.ObjectId();

  it.each([
    ['an id', _id],
    ['its text', _id.toHexString()],
    ['a logged request', { _id }],
  ])('takes %s', async (_what, request) => {
    const { retryOfId } = await specOf((builder) => builder.retryOf(request).get());
    expect(retryOfId).toEqual(_id);
  });

  it('takes null for none', async () => {
    expect(await specOf((builder) => builder.retryOf(_id).retryOf(null).get())).toMatchObject({ retryOfId: null });
  });

  it.each(['7', 'twelve chars', {} as { _id: Types.ObjectId }, { _id: null } as unknown as { _id: Types.ObjectId }])(
    'refuses %j',
    (request) => {
      expect(() => recordingBuilder().builder.retryOf(request)).toThrow(invalid);
    },
  );
});

describe('relatedTo', () => {
  it('refuses what is no record', () => {
    const { builder } = recordingBuilder();
    expect(() => builder.relatedTo({ _id: 7 })).toThrow(expect.objectContaining({ code: 'RECORD_INVALID' }));
    expect(() => builder.relatedTo({ type: '', id: 7 })).toThrow(expect.objectContaining({ code: 'RECORD_INVALID' }));
  });

  it('takes null for none', async () => {
    const spec = await specOf((builder) => builder.relatedTo({ type: 'Order', id: 7 }).relatedTo(null).get());
    expect(spec.related).toBeNull();
  });
});

describe('withOptions', () => {
  it('adds to what was said before', async () => {
    const spec = await specOf((builder) => builder.withOptions({ timeoutMs: 5 }).withOptions({ deadlineMs: 9 }).get());
    expect(spec.options).toEqual({ timeoutMs: 5, deadlineMs: 9 });
  });

  it.each(['timeoutMs', 'deadlineMs', 'maxResponseBytes'])('refuses a %s that is no positive number', (name) => {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => recordingBuilder().builder.withOptions({ [name]: value })).toThrow(name);
    }
  });

  it('refuses a signal that is none', () => {
    expect(() => recordingBuilder().builder.withOptions({ signal: {} as AbortSignal })).toThrow(invalid);
  });
});

describe('the low-level form', () => {
  it('says the same as the builder', async () => {
    const callback = (): string => 'x';
    const retryOf = new Types.ObjectId();
    const built = await specOf((builder) =>
      builder
        .withData({ a: 1 })
        .withAttempts(4)
        .withCache(60)
        .withIdempotencyKey('k')
        .relatedTo({ type: 'Order', id: 7 })
        .retryOf(retryOf)
        .withOptions({ timeoutMs: 5 })
        .post(callback),
    );
    const said = specFromOptions({
      endpoint: '/issues',
      method: 'POST',
      callback,
      data: { a: 1 },
      attempts: 4,
      cache: 60,
      idempotencyKey: 'k',
      related: { type: 'Order', id: 7 },
      retryOf,
      timeoutMs: 5,
    });
    expect(said).toEqual(built);
  });

  it('is a GET of the endpoint where it says no more', () => {
    expect(specFromOptions({ endpoint: '/issues' })).toMatchObject({
      method: 'GET',
      target: { kind: 'url', url: '/issues' },
      idempotencyKey: null,
    });
  });

  it('checks the response against its schema', () => {
    expect(specFromOptions({ endpoint: '/issues', schema: z.string() }).parser).not.toBeNull();
  });

  const wrong: [string, Partial<RequestOptions>][] = [
    ['a url and a callback', { url: '/x', callback: () => 'x' }],
    ['an empty method', { method: '' }],
    ['an empty endpoint', { endpoint: '' }],
    ['no attempts', { attempts: 0 }],
    ['an empty key', { idempotencyKey: '' }],
    ['a key of 192 characters', { idempotencyKey: 'k'.repeat(192) }],
    ['a cache lifetime of 0', { cache: 0 }],
    ['a class that is no schema', { schema: Map as unknown as ResponseSchema }],
    ['a negative time-out', { timeoutMs: -1 }],
  ];

  it.each(wrong)('refuses %s', (_what, options) => {
    expect(() => specFromOptions({ endpoint: '/issues', ...options })).toThrow(invalid);
  });
});
