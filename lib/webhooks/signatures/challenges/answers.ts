/** What to answer a handshake with, as it is: `res.status(status).set(headers).send(body)`. */
export interface ChallengeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /**
   * Only of Notion, and only where no secret is known yet: the verification token, which is the secret from now on.
   * Store it by one write whose condition is that none is stored; anybody could send another one later.
   */
  readonly secretToStore?: string;
}

// No browser may take for a page what somebody put into a URL.
const headers = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' } as const;

/** What was sent comes back as text. */
export function echo(text: string): ChallengeAnswer {
  return { status: 200, headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' }, body: text };
}

/** An answer without what was sent. */
export function empty(status: 200 | 400 | 401 | 403): ChallengeAnswer {
  return { ...echo(''), status };
}

/** An answer in JSON. */
export function json(value: object): ChallengeAnswer {
  return { status: 200, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

/** A challenge that may be echoed: short, and of one line. */
export function isChallenge(value: unknown): value is string {
  return typeof value === 'string' && /^[\x20-\x7e]{1,512}$/.test(value);
}
