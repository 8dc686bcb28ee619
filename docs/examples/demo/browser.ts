/** One request of a browser, and its answer. */
export interface Hop {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly status: number;
  readonly body: string;
}

/** As much of a browser as a sign-in needs: it keeps cookies, and follows redirects. */
export interface Browser {
  /** All requests up to the page at the end. */
  visit(url: string): Promise<readonly Hop[]>;
  /** Sends a form without fields. */
  submit(url: string): Promise<readonly Hop[]>;
}

const mostHops = 10;

export function createBrowser(): Browser {
  const jars = new Map<string, Map<string, string>>();

  async function send(method: Hop['method'], url: URL): Promise<{ readonly hop: Hop; readonly next: URL | null }> {
    const jar = jars.get(url.origin) ?? new Map<string, string>();
    jars.set(url.origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { accept: 'text/html', 'sec-fetch-site': 'same-origin', ...(cookie !== '' && { cookie }) };
    const response = await fetch(url, { method, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) keep(jar, line);
    const location = response.headers.get('location');
    const hop = { method, url, status: response.status, body: await response.text() };
    return { hop, next: location === null ? null : new URL(location, url) };
  }

  async function follow(method: Hop['method'], address: string): Promise<Hop[]> {
    const hops: Hop[] = [];
    let { hop, next } = await send(method, new URL(address));
    hops.push(hop);
    while (next !== null && hops.length < mostHops) {
      ({ hop, next } = await send('GET', next));
      hops.push(hop);
    }
    return hops;
  }

  return { visit: (url) => follow('GET', url), submit: (url) => follow('POST', url) };
}

function keep(jar: Map<string, string>, line: string): void {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
  if (/max-age=0(?:;|$)/i.test(line)) jar.delete(name);
  else jar.set(name, value);
}
