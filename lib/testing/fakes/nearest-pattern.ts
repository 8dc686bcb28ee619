import { nearestName } from '../../json-schema/nearest-name.js';
import { requestPattern, type RequestLine } from './request-pattern.js';

/** The pattern that was most likely meant for a request: one of another method, or with a slip of the pen. */
export function nearestPattern({ method, endpoint }: RequestLine, patterns: readonly string[]): string | null {
  const ofOtherMethod = patterns.find((pattern) => {
    const read = requestPattern(pattern);
    return read.method !== null && read.matches({ method: read.method, endpoint });
  });
  if (ofOtherMethod !== undefined) return ofOtherMethod;
  return nearestName(`${method}:${endpoint}`, patterns) ?? nearestName(endpoint, patterns);
}

/** The request that a pattern was most likely meant for; null where none is near. */
export function nearestRequest<Line extends RequestLine>(text: string, requests: readonly Line[]): Line | null {
  const pattern = requestPattern(text);
  const ofOtherMethod = requests.find(({ endpoint }) => pattern.matches({ method: pattern.method ?? '', endpoint }));
  if (ofOtherMethod !== undefined) return ofOtherMethod;
  const endpoint = pattern.method === null ? text : text.slice(text.indexOf(':') + 1);
  const nearest = nearestName(
    endpoint,
    requests.map((request) => request.endpoint),
  );
  return requests.find((request) => request.endpoint === nearest) ?? null;
}
