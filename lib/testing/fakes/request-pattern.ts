import { endpointPattern } from '../../requests/endpoint-pattern.js';

/** What a pattern is held against. */
export interface RequestLine {
  readonly method: string;
  readonly endpoint: string;
}

/** Which requests are meant: `/repos/*`, or of one method only, `GET:/repos/*`. */
export interface RequestPattern {
  readonly text: string;
  /** In upper case; null: any. */
  readonly method: string | null;
  /** Without `*`. */
  readonly isExact: boolean;
  /** Number of characters of the endpoint that are not `*`. */
  readonly literalLength: number;
  matches(request: RequestLine): boolean;
}

const methodPrefix = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS):(.+)$/is;

/**
 * Reads a pattern: an endpoint in which `*` stands for any characters within one path segment, behind an HTTP verb and
 * a colon where only that method is meant. Any other prefix is part of the endpoint.
 */
export function requestPattern(text: string): RequestPattern {
  const [, prefix = null, endpoint = text] = methodPrefix.exec(text) ?? [];
  const method = prefix === null ? null : prefix.toUpperCase();
  const matchesEndpoint = endpointPattern(endpoint);
  return {
    text,
    method,
    isExact: !endpoint.includes('*'),
    literalLength: endpoint.replaceAll('*', '').length,
    matches: (request) =>
      (method === null || method === request.method.toUpperCase()) && matchesEndpoint(request.endpoint),
  };
}

/**
 * Sorts the more specific pattern first: one with a method before one without, then an exact one before one with `*`,
 * then the one with more literal characters.
 */
export function bySpecificity(a: RequestPattern, b: RequestPattern): number {
  return (
    Number(b.method !== null) - Number(a.method !== null) ||
    Number(b.isExact) - Number(a.isExact) ||
    b.literalLength - a.literalLength
  );
}
