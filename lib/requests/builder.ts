import { Types } from 'mongoose';
import { IntegrationError } from '../errors.js';
import { polymorphicRef, type IdOrDocument, type PolymorphicTarget } from '../types/polymorphic.js';
import type {
  CacheOptions,
  CacheTtl,
  CallOptions,
  IdempotencyOptions,
  RequestBuilder,
  RequestCallback,
  RequestOptions,
  ResponseSchema,
  TypedRequestBuilder,
} from '../types/request-builder.js';
import {
  checkAttempts,
  checkCache,
  checkCallOptions,
  checkIdempotencyKey,
  checkLabel,
  checkOnRepeat,
  type CallSpec,
} from './call-spec.js';
import { responseParser } from './response-parser.js';

/** Runs a call that is fully described. */
export type CallRunner = (spec: CallSpec) => Promise<unknown>;

/** What builders hand over to. */
export interface BuilderParts {
  readonly run: CallRunner;
  /** The URL of a call, without the parameters that its data come to; null: it has none. */
  readonly urlOf: (spec: CallSpec) => URL | null;
}

type Target = string | RequestCallback<unknown>;

/** A builder for a call to `endpoint`; `run` is called by its verbs. */
export function createBuilder(endpoint: string, parts: BuilderParts): RequestBuilder {
  return new Builder(blankSpec(endpoint), parts) as RequestBuilder;
}

/** What a builder has collected, for who makes several calls of it; null: that is no builder. */
export function collectedBy(builder: unknown): (BuilderParts & { readonly spec: CallSpec }) | null {
  return builder instanceof Builder ? builder.collected() : null;
}

/** The call that the low-level form describes. */
export function specFromOptions(options: RequestOptions): CallSpec {
  const {
    endpoint,
    method = 'GET',
    url,
    callback,
    data,
    schema,
    attempts,
    cache,
    idempotencyKey,
    related,
    retryOf,
  } = options;
  if (url !== undefined && callback !== undefined) {
    throw new IntegrationError('REQUEST_INVALID', 'Give request() a url or a callback, not both.');
  }
  return {
    ...blankSpec(endpoint),
    method: checkLabel('method', method),
    target: targetOf(endpoint, callback ?? url),
    data,
    parser: schema === undefined ? null : responseParser(schema),
    attempts: attempts === undefined ? null : checkAttempts(attempts),
    cache: cache === undefined ? null : checkCache(cache, options.cacheOptions),
    idempotencyKey: checkIdempotencyKey(idempotencyKey),
    onRepeat: checkOnRepeat(options.onRepeat),
    related: related ? polymorphicRef(related) : null,
    retryOfId: idOf(retryOf),
    options: checkCallOptions(options),
  };
}

function blankSpec(endpoint: string): CallSpec {
  return {
    endpoint: checkLabel('endpoint', endpoint),
    method: 'GET',
    target: { kind: 'url', url: endpoint },
    data: undefined,
    parser: null,
    attempts: null,
    cache: null,
    idempotencyKey: null,
    onRepeat: 'conflict',
    related: null,
    retryOfId: null,
    options: {},
  };
}

function targetOf(endpoint: string, target: Target | undefined): CallSpec['target'] {
  if (typeof target === 'function') return { kind: 'callback', callback: target };
  if (target === undefined || typeof target === 'string') return { kind: 'url', url: target ?? endpoint };
  throw new IntegrationError(
    'REQUEST_INVALID',
    `A verb takes a URL, a path or a callback, got ${typeof target}; data goes to withData().`,
  );
}

function idOf(request: IdOrDocument | null | undefined): Types.ObjectId | null {
  if (request === null || request === undefined) return null;
  const id = typeof request === 'object' && '_id' in request ? request._id : request;
  if (id instanceof Types.ObjectId) return id;
  if (typeof id === 'string' && Types.ObjectId.isValid(id)) return new Types.ObjectId(id);
  throw new IntegrationError('REQUEST_INVALID', 'retryOf() takes a logged request or its id.');
}

/** Both builders in one: what `as()` changes is only what the compiler knows of the result. */
class Builder implements TypedRequestBuilder<unknown> {
  constructor(
    private readonly spec: CallSpec,
    private readonly parts: BuilderParts,
  ) {}

  as(schema: ResponseSchema): Builder {
    return this.with({ parser: responseParser(schema) });
  }

  withData(data: unknown): Builder {
    return this.with({ data });
  }

  withAttempts(attempts: number): Builder {
    return this.with({ attempts: checkAttempts(attempts) });
  }

  withCache(ttl: CacheTtl, options?: CacheOptions): Builder {
    return this.with({ cache: checkCache(ttl, options) });
  }

  withIdempotencyKey(key: string | null | undefined, options?: IdempotencyOptions): Builder {
    return this.with({ idempotencyKey: checkIdempotencyKey(key), onRepeat: checkOnRepeat(options?.onRepeat) });
  }

  relatedTo(record: PolymorphicTarget | null): Builder {
    return this.with({ related: record === null ? null : polymorphicRef(record) });
  }

  retryOf(request: IdOrDocument | null): Builder {
    return this.with({ retryOfId: idOf(request) });
  }

  withOptions(options: CallOptions): Builder {
    return this.with({ options: { ...this.spec.options, ...checkCallOptions(options) } });
  }

  get(target?: Target): Promise<unknown> {
    return this.execute('GET', target);
  }

  post(target?: Target): Promise<unknown> {
    return this.execute('POST', target);
  }

  put(target?: Target): Promise<unknown> {
    return this.execute('PUT', target);
  }

  patch(target?: Target): Promise<unknown> {
    return this.execute('PATCH', target);
  }

  delete(target?: Target): Promise<unknown> {
    return this.execute('DELETE', target);
  }

  async execute(method: string, target?: Target): Promise<unknown> {
    return this.parts.run({
      ...this.spec,
      method: checkLabel('method', method),
      target: targetOf(this.spec.endpoint, target),
    });
  }

  collected(): BuilderParts & { readonly spec: CallSpec } {
    return { ...this.parts, spec: this.spec };
  }

  private with(changes: Partial<CallSpec>): Builder {
    return new Builder({ ...this.spec, ...changes }, this.parts);
  }
}
