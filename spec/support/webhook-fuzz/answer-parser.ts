/** An answer, as it came. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Reads the answers on a connection; those to HEAD have no body. */
export interface AnswerParser {
  push(bytes: Buffer): void;
  /** The connection is over. */
  finish(): void;
  /** Without those of 1xx, which others follow. */
  readonly answers: readonly Answer[];
  /** What was no answer; null: nothing. */
  readonly nonsense: () => string | null;
}

/** @param methods Of the requests, in order. */
export function createAnswerParser(methods: readonly string[]): AnswerParser {
  const answers: Answer[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let nonsense: string | null = null;

  function take(isOver: boolean): boolean {
    const headEnd = rest.indexOf('\r\n\r\n');
    if (headEnd < 0) return false;
    const head = headOf(rest.toString('latin1', 0, headEnd));
    const bodyAt = headEnd + 4;
    const length = head && bodyLength(head, methods[answers.length], isOver ? rest.length - bodyAt : Infinity);
    if (head === null || length === null) {
      nonsense ??= rest.toString('latin1', 0, 200);
      return false;
    }
    if (rest.length < bodyAt + length) return false;
    const { status, headers } = head;
    if (status >= 200) answers.push({ status, headers, body: rest.toString('utf8', bodyAt, bodyAt + length) });
    rest = rest.subarray(bodyAt + length);
    return true;
  }

  return {
    answers,
    nonsense: () => nonsense,
    push(bytes) {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      while (take(false));
    },
    finish() {
      while (take(true));
      if (rest.length > 0) nonsense ??= rest.toString('latin1', 0, 200);
    },
  };
}

function headOf(text: string): Pick<Answer, 'status' | 'headers'> | null {
  const [first = '', ...lines] = text.split('\r\n');
  const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(first) ?? [];
  if (status === undefined) return null;
  const pairs = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(status), headers: new Map(pairs) };
}

/** The end of a body in chunks; what comes in chunks here is empty: node's own 417. */
const lastChunk = '0\r\n\r\n';

function bodyLength(
  { status, headers }: Pick<Answer, 'status' | 'headers'>,
  method: string | undefined,
  untilEnd: number,
): number | null {
  if (status < 200 || status === 204 || status === 304 || method === 'HEAD') return 0;
  if (headers.has('transfer-encoding')) return lastChunk.length;
  const length = headers.get('content-length');
  return length === undefined ? untilEnd : Number(length);
}
