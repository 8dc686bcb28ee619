import type { RequestPlan } from './plans.js';
import type { WireRequest } from './wire.js';

interface Framed {
  readonly bytes: Buffer;
  readonly end: WireRequest['end'];
}

/** Head and body of a request, in the framing that its plan wants. */
export function framed({ framing, at }: RequestPlan, lines: readonly string[], payload: Buffer): Framed {
  const { headers, body, end = 'answer' } = framings[framing](payload, Math.floor(at * payload.length));
  const head = Buffer.from(`${[...lines, ...headers].join('\r\n')}\r\n\r\n`, 'latin1');
  return { bytes: Buffer.concat([head, body]), end };
}

interface Framing {
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly end?: WireRequest['end'];
}

const ofLength = (length: number | string): readonly string[] => [`Content-Length: ${length}`];
const inChunks = ['Transfer-Encoding: chunked'];
const lastChunk = Buffer.from('0\r\n\r\n');

/** Two of them, or as many as are not empty: an empty one would be the last. */
function chunks(payload: Buffer, place: number, extension = ''): Buffer {
  const parts = [payload.subarray(0, place), payload.subarray(place)].filter(({ length }) => length > 0);
  return Buffer.concat(
    parts.flatMap((part) => [Buffer.from(`${part.length.toString(16)}${extension}\r\n`), part, Buffer.from('\r\n')]),
  );
}

const framings: Readonly<Record<RequestPlan['framing'], (payload: Buffer, place: number) => Framing>> = {
  length: (body) => ({ headers: ofLength(body.length), body }),
  chunked: (body, place) => ({ headers: inChunks, body: Buffer.concat([chunks(body, place), lastChunk]) }),
  'chunked, with extensions': (body, place) => ({
    headers: inChunks,
    body: Buffer.concat([chunks(body, place, ';a=b;c="d"'), Buffer.from('0;e\r\nX-Trailer: x\r\n\r\n')]),
  }),
  gone: (body) => ({ headers: ofLength(body.length), body, end: 'reset' }),
  short: (body, place) => ({ headers: ofLength(place), body }),
  'long, ended': (body) => ({ headers: ofLength(body.length + 10), body, end: 'finish' }),
  'long, reset': (body) => ({ headers: ofLength(body.length + 10), body, end: 'reset' }),
  'huge length': (body) => ({ headers: ofLength('99999999999'), body }),
  none: (body) => ({ headers: [], body }),
  both: (body, place) => ({
    headers: [...ofLength(body.length), ...inChunks],
    body: Buffer.concat([chunks(body, place), lastChunk]),
  }),
  twice: (body) => ({ headers: [...ofLength(body.length), ...ofLength(body.length + 1)], body }),
  'length of no number': (body) => ({ headers: ofLength(`${body.length}, ${body.length}`), body }),
  'negative length': (body) => ({ headers: ofLength(-body.length - 1), body }),
  'odd coding': (body, place) => ({
    headers: ['Transfer-Encoding: gzip, chunked'],
    body: Buffer.concat([chunks(body, place), lastChunk]),
  }),
  'odd chunk': (body) => ({ headers: inChunks, body: Buffer.concat([Buffer.from('zz\r\n'), body, lastChunk]) }),
  'open chunks, ended': (body, place) => ({ headers: inChunks, body: chunks(body, place), end: 'finish' }),
  'open chunks, reset': (body, place) => ({ headers: inChunks, body: chunks(body, place), end: 'reset' }),
};
