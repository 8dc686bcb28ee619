import { request, type IncomingMessage } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import express, { type RequestHandler } from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { captureRawBody, type IntegrationError } from '../../lib/index.js';
import { aborted, rawBody } from '../../middleware/raw-body.js';
import { useHttpServer } from '../support/http-server.js';
import { waitFor } from '../support/wait-for.js';

const server = useHttpServer();
const text = '{ "a": "ü" }\n';
const json = { 'content-type': 'application/json' };
const outcomes: unknown[] = [];

afterEach(() => outcomes.splice(0));

/** Behind those handlers; gives back what was read, or the code of the error. */
function read(...before: readonly RequestHandler[]): void {
  const app = express();
  for (const handler of before) app.use(handler);
  app.use(async (req, res) => {
    const outcome = await rawBody(req, 1_000).catch((error: unknown) => (error as IntegrationError).code);
    outcomes.push(outcome);
    res.end(Buffer.isBuffer(outcome) ? outcome : String(outcome));
  });
  server.answer(app);
}

async function send(init: RequestInit = {}): Promise<string> {
  return (await fetch(server.origin, { method: 'POST', headers: json, body: text, ...init })).text();
}

const inChunks = (bytes: string | Buffer, size = 7) =>
  ({
    duplex: 'half',
    body: new ReadableStream({
      start(controller) {
        const whole = Buffer.from(bytes);
        for (let at = 0; at < whole.length; at += size) controller.enqueue(whole.subarray(at, at + size));
        controller.close();
      },
    }),
  }) as RequestInit;

const later: RequestHandler = (_req, _res, next) => {
  setImmediate(next);
};

describe('the bytes of a body', () => {
  const places: [string, RequestHandler[]][] = [
    ['before all parsers', []],
    ['behind a handler that took its time', [later]],
    ['behind express.json() with captureRawBody', [express.json({ verify: captureRawBody })]],
    ['behind a parser of all types with captureRawBody', [express.text({ type: () => true, verify: captureRawBody })]],
    ['behind express.raw()', [express.raw({ type: () => true })]],
    ['behind express.urlencoded(), which is not for it', [express.urlencoded()]],
    ['behind several of them', [express.json({ verify: captureRawBody }), express.urlencoded(), express.text()]],
  ];

  it.each(places)('are read %s', async (_place, before) => {
    read(...before);
    expect(await send()).toBe(text);
    expect(await send(inChunks(text))).toBe(text);
  });

  it.each(places)('are none where there is no body, %s', async (_place, before) => {
    read(...before);
    expect(await send({ body: '' })).toBe('');
    expect(await send({ method: 'GET', body: null })).toBe('');
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['GZIP', gzipSync],
  ])('are what was compressed with %s, as parsers have it', async (encoding, compress) => {
    const init = { headers: { ...json, 'content-encoding': encoding }, body: compress(text) };
    read();
    expect(await send(init)).toBe(text);
    read(express.json({ verify: captureRawBody }));
    expect(await send(init)).toBe(text);
  });

  it.each(['', 'identity', 'Identity'])('are what was sent with the Content-Encoding "%s"', async (encoding) => {
    const init = { headers: { ...json, 'content-encoding': encoding } };
    read();
    expect(await send(init)).toBe(text);
    read(express.json({ verify: captureRawBody }));
    expect(await send(init)).toBe(text);
  });

  it('are empty where a parser has read an empty body', async () => {
    read(express.json({ strict: false }));
    expect(await send({ body: '' })).toBe('');
  });
});

describe('a body without its bytes', () => {
  it.each([
    ['express.json()', express.json()],
    ['express.text()', express.text({ type: () => true })],
    ['a handler that has read it', ((req, _res, next) => req.on('end', next).resume()) as RequestHandler],
    ['a handler that has set an encoding', ((req, _res, next) => next(void req.setEncoding('utf8'))) as RequestHandler],
  ])('is told from one that is empty: behind %s', async (_name, handler) => {
    read(handler);
    expect(await send()).toBe('WEBHOOK_BODY_CONSUMED');
  });
});

describe('a body that is refused', () => {
  it.each([
    ['of an encoding that is none', { 'content-encoding': 'zip' }, text],
    ['of two encodings', { 'content-encoding': 'gzip, br' }, gzipSync(text)],
    ['of an encoding that objects have', { 'content-encoding': 'constructor' }, text],
    ['that is not compressed', { 'content-encoding': 'gzip' }, text],
    ['that is cut', { 'content-encoding': 'gzip' }, gzipSync(text).subarray(0, 20)],
  ])('is one %s', async (_name, headers, body) => {
    read();
    expect(await send({ headers, body })).toBe('WEBHOOK_ENCODING_UNSUPPORTED');
  });

  it.each([
    ['as it is', {}, Buffer.alloc(1_001)],
    ['once it is unpacked', { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(1_000_000))],
  ])('is one that is too large, %s', async (_name, headers, body) => {
    read();
    expect(await send({ headers, body })).toBe('WEBHOOK_TOO_LARGE');
    expect(await send({ headers, ...inChunks(body, 100) })).toBe('WEBHOOK_TOO_LARGE');
    read(express.raw({ type: () => true, limit: '2mb' }));
    expect(await send({ headers, body })).toBe('WEBHOOK_TOO_LARGE');
  });

  it('is answered while the rest of it is still on its way', async () => {
    read();
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request({ port: server.port, method: 'POST' }, (response) => {
        resolve(response);
        sent.end();
      });
      sent.on('error', reject).write(Buffer.alloc(1_001));
    });
    expect(Buffer.concat(await answer.toArray()).toString()).toBe('WEBHOOK_TOO_LARGE');
  });
});

describe('a sender that goes away', () => {
  const options = () => ({ port: server.port, method: 'POST', headers: { 'content-length': 100 } });

  it('leaves nothing waiting', async () => {
    const sent = request(options());
    sent.on('error', () => undefined).write('half of it');
    server.answer((req) => {
      void rawBody(req, 1_000).then((outcome) => outcomes.push(outcome));
      setImmediate(() => sent.destroy());
    });
    await waitFor(() => expect(outcomes).toEqual([aborted]), { timeout: 10_000 });
  });

  it('leaves nothing waiting, when it has gone before anybody reads', async () => {
    const sent = request(options());
    sent.on('error', () => undefined).write('half of it');
    server.answer((req) => {
      sent.destroy();
      req.once('close', () => void rawBody(req, 1_000).then((outcome) => outcomes.push(outcome)));
    });
    await waitFor(() => expect(outcomes).toEqual([aborted]), { timeout: 10_000 });
  });
});
