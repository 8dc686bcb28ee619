import { IntegrationError } from '../../errors.js';

/** Where users may be sent afterwards. */
export interface ReturnAddresses {
  /**
   * The address, as it may stand in a `Location`: a path of the application, or a URL of an allowed origin.
   *
   * @throws IntegrationError `OAUTH_RETURN_TO_INVALID`
   */
  checked(returnTo: unknown): string;
}

// Browsers read a backslash as a slash, and leave out line breaks and tabs wherever they are.
const misread = /[\s\p{Cc}\\]/u;
const longest = 2_048;
/** Stands for the application, wherever it is. */
const own = 'https://application.invalid';

/** @param origins The option `oauth.returnTo`. */
export function createReturnAddresses(origins: readonly string[]): ReturnAddresses {
  const allowed = new Set(origins.map((origin) => new URL(origin).origin));
  return {
    checked(returnTo) {
      const isText = typeof returnTo === 'string' && returnTo.length <= longest && !misread.test(returnTo);
      const address = isText ? (ownPath(returnTo) ?? allowedUrl(returnTo, allowed)) : null;
      if (address !== null) return address;
      throw new IntegrationError(
        'OAUTH_RETURN_TO_INVALID',
        'returnTo is neither a path of the application nor allowed.',
      );
    },
  };
}

/** As a browser reads it: `/a/..//host` is no path of ours. Null: it is none. */
function ownPath(text: string): string | null {
  if (!text.startsWith('/') || !URL.canParse(text, own)) return null;
  const { origin, pathname, search, hash } = new URL(text, own);
  return origin === own && !pathname.startsWith('//') ? pathname + search + hash : null;
}

function allowedUrl(text: string, allowed: ReadonlySet<string>): string | null {
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) return null;
  const { origin, username, password, href } = new URL(text);
  return allowed.has(origin) && username === '' && password === '' ? href : null;
}
