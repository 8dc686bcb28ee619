import type { DenyList } from './deny-list.js';
import { REDACTED } from './mark.js';

/**
 * Replaces the user information and the values of denied parameters, in the query and in the fragment; the rest stays
 * byte for byte. Takes absolute and relative URLs, and anything that looks like one.
 */
export function redactUrl(url: string, denyList: Pick<DenyList, 'deniesParameter'>): string {
  const start = url.search(/[?#]/);
  const [place, parameters] = start === -1 ? [url, ''] : [url.slice(0, start), url.slice(start)];
  return withoutUserInfo(place) + redactParameters(parameters, denyList);
}

/** Replaces the values of denied parameters in `a=1&b=2`, with or without `?` and `#`. */
function redactParameters(parameters: string, denyList: Pick<DenyList, 'deniesParameter'>): string {
  // A name is tried at its beginning only, so that a long text without a `=` costs one look.
  return parameters.replace(/(?<![^?#&;=])([^?#&;=]+)=([^?#&;]*)/g, (whole, name: string, value: string) =>
    value !== '' && denyList.deniesParameter(decoded(name)) ? `${name}=${REDACTED}` : whole,
  );
}

function withoutUserInfo(place: string): string {
  // Greedy up to the last `@` before the path: a password may hold an unescaped one.
  return place.replace(/^([^/]*\/\/)[^/]*@/, `$1${REDACTED}@`);
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}
