import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { createAnswerParser, type Answer, type AnswerParser } from './answer-parser.js';
import type { WireRequest } from './wire.js';

/** What came of an exchange. */
export interface Exchanged {
  readonly answers: readonly Answer[];
  /** No answer came, and the connection stayed open. */
  readonly isSilent: boolean;
  /** What came and was no answer; null: nothing. */
  readonly nonsense: string | null;
}

/** Sends requests, and keeps its connection for the next ones where it can. */
export interface FuzzConnection {
  exchange(requests: readonly WireRequest[]): Promise<Exchanged>;
  close(): void;
}

/** Much longer than any answer takes. */
const longestMs = 20_000;
/** What is not HTTP need not be answered; node may wait for more of it. */
const longestDisorderlyMs = 1_000;

export function createFuzzConnection(port: number): FuzzConnection {
  let kept: Socket | null = null;
  let strays = 0;

  const noteStray = (): void => void (strays += 1);

  async function open(): Promise<Socket> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    // A server hangs up on what is not HTTP; what it said before counts.
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  return {
    async exchange(requests) {
      const socket = kept ?? (await open());
      kept = null;
      if (strays > 0) throw new Error('More answers than requests.');
      socket.off('data', noteStray);
      const parser = createAnswerParser(requests.map(({ method }) => method));
      const isSilent = await converse(socket, requests, parser);
      const isOrderly = requests.every((request) => request.isOrderly);
      if (isOrderly && !isSilent && !socket.destroyed && !isClosing(parser.answers))
        kept = socket.on('data', noteStray);
      // By a reset: what is closed in an orderly way occupies its port for a minute.
      else socket.resetAndDestroy();
      return { answers: parser.answers, isSilent, nonsense: parser.nonsense() };
    },
    close: () => kept?.destroy(),
  };
}

function isClosing(answers: readonly Answer[]): boolean {
  return answers.some(({ headers }) => headers.get('connection') === 'close');
}

/** Whether it ended because nothing happened. */
async function converse(socket: Socket, requests: readonly WireRequest[], parser: AnswerParser): Promise<boolean> {
  const isOrderly = requests.at(-1)?.isOrderly === true;
  let settle: (isSilent: boolean) => void = () => undefined;
  const settled = new Promise<boolean>((resolve) => (settle = resolve));
  const timer = setTimeout(() => settle(true), isOrderly ? longestMs : longestDisorderlyMs);
  const onData = (bytes: Buffer): void => {
    parser.push(bytes);
    if (parser.answers.length < requests.length || isClosing(parser.answers)) return;
    if (isOrderly) settle(false);
    // What is left of it may be taken for another request.
    else socket.end();
  };
  const onClose = (): void => {
    parser.finish();
    settle(false);
  };
  socket.on('data', onData).once('close', onClose);
  await write(socket, requests);
  const isSilent = await settled;
  clearTimeout(timer);
  socket.off('data', onData).off('close', onClose);
  return isSilent;
}

async function write(socket: Socket, requests: readonly WireRequest[]): Promise<void> {
  for (const { pieces, end } of requests) {
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) await turn();
      if (socket.destroyed || socket.writableEnded) return;
      socket.write(piece);
    }
    if (end === 'finish') socket.end();
    if (end === 'reset') socket.write('', () => socket.resetAndDestroy());
  }
}
