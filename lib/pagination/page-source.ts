import { IntegrationError } from '../errors.js';
import { isPlainObject } from '../plain-object.js';
import { collectedBy, type BuilderParts } from '../requests/builder.js';
import { checkLabel, type CallSpec } from '../requests/call-spec.js';
import { isRead } from '../requests/read-methods.js';
import type { ResponseParser } from '../requests/response-parser.js';
import type { RequestBuilder, TypedRequestBuilder } from '../types/request-builder.js';
import type { PagePosition } from './page-position.js';
import { pageUnreadable } from './page-unreadable.js';

/** What a function that fetches pages is asked for. */
export interface PageRequest {
  /** From 1; counted from where the listing went on. */
  readonly number: number;
  readonly position: PagePosition;
  /** For the call: `withOptions({ signal })`. */
  readonly signal: AbortSignal;
}

/**
 * What pages come from: a builder, whose call is repeated with what each page needs; or a function that makes one call
 * for each page, such as one of an SDK.
 */
export type PageSource<Page> =
  RequestBuilder | TypedRequestBuilder<Page> | ((request: PageRequest) => Promise<Page | null | undefined>);

/** What came of a request for a page. */
export interface Answer {
  readonly page: unknown;
  readonly headers: Readonly<Record<string, string>>;
  resolve(link: string): string;
}

export interface OpenSource {
  readonly signal: AbortSignal;
  fetch(number: number, position: PagePosition): Promise<Answer>;
}

export interface SourceOptions {
  readonly method: string;
  readonly signal: AbortSignal | undefined;
}

const neverAborted = new AbortController().signal;

/** @throws IntegrationError `REQUEST_INVALID` for a source that is none, or data that take no position */
export function openSource(source: PageSource<unknown>, { method, signal }: SourceOptions): OpenSource {
  if (typeof source === 'function') return functionSource(source, signal ?? neverAborted);
  const collected = collectedBy(source);
  if (collected === null) {
    throw new IntegrationError(
      'REQUEST_INVALID',
      'paginate() takes a builder, such as integration.at(…), or a function.',
    );
  }
  return builderSource(collected, { method: checkLabel('method', method), signal });
}

function functionSource(fetch: (request: PageRequest) => Promise<unknown>, signal: AbortSignal): OpenSource {
  return {
    signal,
    async fetch(number, position) {
      const page = (await fetch({ number, position, signal })) ?? null;
      return { page, headers: headersIn(page), resolve: (link) => link };
    },
  };
}

/** Those of a whole response. */
function headersIn(page: unknown): Readonly<Record<string, string>> {
  const headers: unknown = isPlainObject(page) ? page.headers : null;
  if (!isPlainObject(headers)) return {};
  return Object.fromEntries(
    Object.entries(headers).filter((each): each is [string, string] => typeof each[1] === 'string'),
  );
}

type Collected = BuilderParts & { readonly spec: CallSpec };

function builderSource({ spec, run, urlOf }: Collected, { method, signal }: SourceOptions): OpenSource {
  if (spec.idempotencyKey !== null) {
    throw new IntegrationError(
      'REQUEST_INVALID',
      'Pages are read by many calls: an idempotency key is for a single one.',
    );
  }
  const isWhole = spec.options.wholeResponse === true;
  const parser = isWhole || spec.parser === null ? spec.parser : bodyParser(spec.parser);
  const options = { ...spec.options, ...(signal && { signal }), wholeResponse: true };
  const base: CallSpec = { ...spec, method, parser, options };
  return {
    signal: options.signal ?? neverAborted,
    async fetch(_number, position) {
      const call = callAt(base, position);
      // The pipeline's own, which a schema of the body leaves as it is.
      const answer = (await run(call)) as { readonly headers: Answer['headers']; readonly body: unknown };
      const page = isWhole ? answer : (answer.body ?? null);
      return {
        page,
        headers: isWhole ? headersIn(answer) : answer.headers,
        resolve: (link) => resolve(link, urlOf(call)),
      };
    },
  };
}

/** @throws IntegrationError `REQUEST_INVALID` */
function callAt(spec: CallSpec, { url, data }: PagePosition): CallSpec {
  if (url === undefined) return { ...spec, data: dataWith(spec.data, data) };
  // Of a link, braces are no placeholders.
  const target = { kind: 'url', url: url.replaceAll('{', '%7B').replaceAll('}', '%7D') } as const;
  if (!isRead(spec.method)) return { ...spec, target, data: dataWith(spec.data, data) };
  // The link says all of it.
  return { ...spec, target, data, options: { ...spec.options, query: {} } };
}

function dataWith(own: unknown, added: PagePosition['data']): unknown {
  if (added === undefined) return own;
  if (own === undefined || own === null) return { ...added };
  if (isPlainObject(own)) return { ...own, ...added };
  throw new IntegrationError(
    'REQUEST_INVALID',
    'The data of calls that say which page they want must be a plain object.',
  );
}

/** Checks the body of a whole response. */
function bodyParser(parser: ResponseParser): ResponseParser {
  return {
    schemaName: parser.schemaName,
    identity: () => `body:${parser.identity()}`,
    async parse(payload) {
      const { body, ...rest } = payload as { readonly body: unknown };
      if (body === null || body === undefined) return { value: { ...rest, body: null } };
      const result = await parser.parse(body);
      return result.violations === undefined ? { value: { ...rest, body: result.value } } : result;
    },
  };
}

/** @throws IntegrationError `PAGE_UNREADABLE` for what leads nowhere: to end there would lose the other pages */
function resolve(link: string, base: URL | null): string {
  if (!URL.canParse(link, base?.href)) throw pageUnreadable('The link to the next page is no URL.');
  const url = new URL(link, base?.href);
  url.hash = '';
  return url.href;
}
