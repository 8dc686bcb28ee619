export interface SpecUser {
  /** Default `alice`. */
  readonly account?: string;
  /** Default `approve`. */
  readonly decision?: 'approve' | 'deny';
}

const mostRedirects = 10;

/** What a browser does, and a person in front of it: another one each time, who is not signed in yet. */
export async function decide(start: string, { account = 'alice', decision = 'approve' }: SpecUser = {}): Promise<URL> {
  const cookies = new Map<string, string>();
  const { origin } = new URL(start);
  let url = new URL(start);
  for (let hop = 0; hop < mostRedirects; hop += 1) {
    const isForm = url.pathname.startsWith('/interaction/');
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie },
      ...(isForm && { method: 'POST', body: new URLSearchParams({ account, decision }) }),
    });
    for (const [pair = ''] of response.headers.getSetCookie().map((line) => line.split(';'))) {
      const [name = '', ...value] = pair.split('=');
      cookies.set(name, value.join('='));
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${url.pathname} answered ${response.status}: ${await response.text()}`);
    url = new URL(location, url);
    if (url.origin !== origin) return url;
  }
  throw new Error('The authorization server redirects in circles.');
}
