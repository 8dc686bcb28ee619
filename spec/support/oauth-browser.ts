/**
 * A browser, as far as OAuth goes: it keeps cookies, follows redirects, and says who is logged in to the application.
 *
 *     const browser = createBrowser({ app: () => server.origin });
 *     await browser.visit(`${server.origin}/integrations/${id}/oauth/authorize`);
 *
 * @module
 */

export interface Browser {
  /** Cookies of the application, by name. */
  readonly cookies: Map<string, string>;
  /** Who is logged in to the application; null: nobody. */
  user: string | null;
  /** Follows redirects to the end; what is not on a server of the spec is not visited. */
  visit(url: string): Promise<Visited>;
  /** One request, without following. */
  request(url: string, init?: RequestInit): Promise<Visited>;
  /** Follows redirects up to the URL on which the other side sends it back, which it does not visit. */
  signIn(url: string): Promise<URL>;
}

export interface Visited {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly location: string | null;
}

const mostRedirects = 10;

/**
 * @param app Origin of the application.
 * @param accept What it wants; a browser's own by default.
 */
export function createBrowser(app: () => string, accept = 'text/html,*/*;q=0.8'): Browser {
  const cookies = new Map<string, string>();

  function keep(response: Response): void {
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (/max-age=0(;|$)/i.test(cookie)) cookies.delete(name);
      else cookies.set(name, value);
    }
  }

  const browser: Browser = {
    cookies,
    user: 'ann',
    async request(url, init = {}) {
      const isApp = new URL(url).origin === app();
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const own = { ...(cookie !== '' && { cookie }), ...(browser.user !== null && { 'x-user': browser.user }) };
      const headers = { accept, ...(isApp && own), ...(init.headers as Record<string, string> | undefined) };
      const response = await fetch(url, { ...init, headers, redirect: 'manual' });
      if (isApp) keep(response);
      const location = response.headers.get('location');
      return {
        ...{ url, status: response.status, headers: response.headers, text: await response.text() },
        location: location === null ? null : new URL(location, url).href,
      };
    },
    async visit(url) {
      let visited = await browser.request(url);
      for (let hop = 0; hop < mostRedirects && visited.location !== null; hop += 1) {
        if (new URL(visited.location).hostname !== '127.0.0.1') return visited;
        visited = await browser.request(visited.location);
      }
      return visited;
    },
    async signIn(url) {
      const { location, status, text } = await browser.request(url);
      if (location === null) throw new Error(`${url} sent nowhere: ${status} ${text}`);
      return new URL((await browser.request(location)).location ?? '');
    },
  };
  return browser;
}
