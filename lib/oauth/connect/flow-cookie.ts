import { timingSafeEqual } from 'node:crypto';
import { hashOf } from './secrets.js';

/**
 * Binds a flow to the browser that began it (RFC 9700, section 4.7.1). Each flow has a cookie of its own, so that
 * several can be under way in one browser, also where they were begun at the same moment.
 */
export interface FlowCookies {
  /** Values of `Set-Cookie`: the cookie of the flow, and the end of the oldest ones where there are too many. */
  set(flow: CookieFlow, sent: string | null): readonly string[];
  /** Its end. */
  clear(flow: Omit<CookieFlow, 'secret'>): string;
  /** Whether the browser has it. */
  isSent(flow: Omit<CookieFlow, 'secret'> & { readonly browserHash: string }, sent: string | null): boolean;
}

interface CookieFlow {
  /** Hash of the flow's id. */
  readonly _id: string;
  readonly redirectUri: string;
  readonly secret: string;
}

/** Who begins more than that has left the others. */
const mostCookies = 10;

/** @param prefix Of the instance: the cookies of several on one host stay apart. */
export function createFlowCookies(prefix: string, lifeSeconds: number): FlowCookies {
  const isSecure = (redirectUri: string): boolean => new URL(redirectUri).protocol === 'https:';
  /** `__Host-`: no other host, subdomain or page without TLS can have set it (RFC 6265bis, section 4.1.3.2). */
  const family = (redirectUri: string): string => `${isSecure(redirectUri) ? '__Host-' : ''}${prefix}-oauth-`;
  const nameOf = ({ _id, redirectUri }: Omit<CookieFlow, 'secret'>): string => family(redirectUri) + _id.slice(0, 16);

  function cookie(name: string, value: string, maxAge: number, redirectUri: string): string {
    // Lax: the browser comes back by a link from elsewhere.
    const always = `${name}=${value}; Path=/; Max-Age=${String(maxAge)}; HttpOnly; SameSite=Lax`;
    return isSecure(redirectUri) ? `${always}; Secure` : always;
  }

  return {
    set(flow, sent) {
      const ours = cookiesOf(sent).filter(({ name }) => name.startsWith(family(flow.redirectUri)));
      // Browsers send the oldest first (RFC 6265, section 5.4).
      const surplus = ours.slice(0, Math.max(0, ours.length - mostCookies + 1));
      return [
        ...surplus.map(({ name }) => cookie(name, '', 0, flow.redirectUri)),
        cookie(nameOf(flow), flow.secret, lifeSeconds, flow.redirectUri),
      ];
    },
    clear: (flow) => cookie(nameOf(flow), '', 0, flow.redirectUri),
    isSent(flow, sent) {
      const expected = Buffer.from(flow.browserHash);
      const name = nameOf(flow);
      return cookiesOf(sent).some(
        (given) => given.name === name && timingSafeEqual(Buffer.from(hashOf(given.value)), expected),
      );
    },
  };
}

/** What a `Cookie` header says; our values need no decoding. */
function cookiesOf(header: string | null): readonly { readonly name: string; readonly value: string }[] {
  return (header ?? '').split(';').flatMap((pair) => {
    const [name = '', ...value] = pair.split('=');
    return value.length === 0 ? [] : [{ name: name.trim(), value: value.join('=').trim() }];
  });
}
