import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { buffer, json, text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildRequest, type RequestParts } from '../../../lib/http/build-request.js';
import { createHttpClient, type HttpClient } from '../../../lib/http/http-client.js';
import type { HttpRequest, HttpResponse } from '../../../lib/http/messages.js';
import { useHttpServer } from '../../support/http-server.js';

const upstream = useHttpServer();
const elsewhere = useHttpServer();
let client: HttpClient;

beforeAll(() => {
  client = createHttpClient({ allowedPrivateHosts: ['127.0.0.1'] });
});
afterAll(() => client.close());

const authorize: HttpRequest['authorize'] = ({ method, url, headers }) => ({
  method,
  url,
  headers: { ...headers, Authorization: 'Bearer s3cret' },
});

function request(target: string, parts: Partial<RequestParts & HttpRequest> = {}): HttpRequest {
  const built = buildRequest({
    baseUrl: upstream.origin,
    target,
    method: 'GET',
    data: null,
    metadata: {},
    query: {},
    headers: {},
    defaultHeaders: {},
    allowedOrigins: [],
    ...parts,
  });
  const { signal = new AbortController().signal, maxResponseBytes = 100_000, responseType = 'auto' } = parts;
  return { ...built, signal, maxResponseBytes, responseType, authorize: parts.authorize ?? null };
}

const send = (target: string, parts: Partial<RequestParts & HttpRequest> = {}): Promise<HttpResponse> =>
  client.send(request(target, parts));

const coded = (code: string, more: Record<string, unknown> = {}): unknown => expect.objectContaining({ code, ...more });

function answerWith(contentType: string, body: string | Buffer, statusCode = 200): void {
  upstream.answer((_request, response) => response.writeHead(statusCode, { 'content-type': contentType }).end(body));
}

describe('a request', () => {
  it('carries method, path, query, headers and the client’s name', async () => {
    await send('/a?b=c', { method: 'DELETE', headers: { 'X-Api': '1' } });
    expect(upstream.received).toEqual([
      {
        method: 'DELETE',
        url: '/a?b=c',
        headers: expect.objectContaining({ 'x-api': '1', 'user-agent': 'express-integrations' }),
      },
    ]);
  });

  it('carries the credentials that authorize adds, in the query too', async () => {
    const withKey: HttpRequest['authorize'] = ({ method, url, headers }) => {
      url.searchParams.set('key', 's3cret');
      return Promise.resolve({ method, url, headers });
    };
    const sent = request('/a', { authorize: withKey });
    await client.send(sent);
    expect(upstream.received[0]?.url).toBe('/a?key=s3cret');
    expect(sent.url.search).toBe('');
  });

  it('may not be led to another origin by authorize', async () => {
    const astray: HttpRequest['authorize'] = (given) => ({ ...given, url: new URL(elsewhere.origin) });
    await expect(send('/a', { authorize: astray })).rejects.toThrow(coded('ORIGIN_NOT_ALLOWED'));
    expect(elsewhere.received).toEqual([]);
  });

  it('does not wait for authorize beyond the signal', async () => {
    const controller = new AbortController();
    const hanging: HttpRequest['authorize'] = () => {
      controller.abort(new Error('enough'));
      return new Promise(() => undefined);
    };
    await expect(send('/a', { authorize: hanging, signal: controller.signal })).rejects.toThrow('enough');
    expect(upstream.received).toEqual([]);
  });

  it('is refused where authorize adds a header that cannot be sent', async () => {
    const broken: HttpRequest['authorize'] = (given) => ({ ...given, headers: { authorization: 's3cret\nx: y' } });
    await expect(send('/a', { authorize: broken })).rejects.toThrow(coded('REQUEST_INVALID'));
    expect(upstream.received).toEqual([]);
  });

  it.each([
    ['JSON', { a: ['ä'] }, 'application/json', '{"a":["ä"]}'],
    ['text', 'plain ä', 'text/plain; charset=utf-8', 'plain ä'],
    ['bytes', Buffer.from('xyz'), 'application/octet-stream', 'xyz'],
    ['a form', new URLSearchParams({ a: 'b' }), 'application/x-www-form-urlencoded', 'a=b'],
  ])('sends %s with length and type', async (_name, data, contentType, expected) => {
    upstream.answer(async (incoming, response) => response.end(await buffer(incoming)));
    const { body } = await send('/', { method: 'PUT', data, responseType: 'text' });
    expect(body).toBe(expected);
    expect(upstream.received[0]?.headers).toMatchObject({
      'content-type': contentType,
      'content-length': String(Buffer.byteLength(expected)),
    });
  });

  it('sends neither type nor body where there is none', async () => {
    await send('/', { method: 'POST' });
    expect(upstream.received[0]?.headers).toMatchObject({ 'content-length': '0' });
    expect(upstream.received[0]?.headers).not.toHaveProperty('content-type');
  });

  it('sends multipart forms, as often as wanted', async () => {
    upstream.answer(async (incoming, response) => response.end(await buffer(incoming)));
    const data = new FormData();
    data.set('title', 'ä');
    data.set('file', new File(['content'], 'a "b".txt', { type: 'text/markdown' }));
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const { body } = await send('/', { method: 'POST', data, responseType: 'text' });
      const { headers } = upstream.received[attempt]!;
      const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(headers['content-type'] ?? '')?.[1] ?? '';
      expect(headers['content-length']).toBe(String(Buffer.byteLength(String(body))));
      expect(String(body).split(`--${boundary}`)).toEqual([
        '',
        '\r\nContent-Disposition: form-data; name="title"\r\n\r\nä\r\n',
        '\r\nContent-Disposition: form-data; name="file"; filename="a %22b%22.txt"\r\n' +
          'Content-Type: text/markdown\r\n\r\ncontent\r\n',
        '--\r\n',
      ]);
    }
  });

  it.each(['POST', 'DELETE'])('streams a body up (%s)', async (method) => {
    upstream.answer(async (incoming, response) => response.end(String((await buffer(incoming)).length)));
    const data = Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(10_000)));
    const { body } = await send('/', { method, data, responseType: 'text' });
    expect(body).toBe('1000000');
    expect(upstream.received[0]?.headers['transfer-encoding']).toBe('chunked');
  });
});

describe('a response', () => {
  it('is parsed, with the text it came as', async () => {
    answerWith('application/json', '{ "a": 1 }');
    expect(await send('/')).toMatchObject({ statusCode: 200, body: { a: 1 }, rawText: '{ "a": 1 }' });
  });

  it('has headers in lower case, repeated ones joined', async () => {
    upstream.answer((_request, response) =>
      response
        .writeHead(200, [
          ['X-One', '1'],
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2'],
        ] as never)
        .end(),
    );
    expect((await send('/')).headers).toMatchObject({ 'x-one': '1', 'set-cookie': 'a=1, b=2' });
  });

  it('is decompressed', async () => {
    upstream.answer((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' }).end(gzipSync('hello')),
    );
    expect((await send('/')).body).toBe('hello');
  });

  it.each([204, 205, 304, 200])('without a body (%i) has null for one', async (statusCode) => {
    upstream.answer((_request, response) =>
      response.writeHead(statusCode, { 'content-type': 'application/json' }).end(),
    );
    expect(await send('/', { responseType: 'json' })).toMatchObject({ statusCode, body: null, rawText: null });
    expect(await send('/', { responseType: 'stream' })).toMatchObject({
      statusCode,
      body: statusCode === 200 ? expect.any(Readable) : null,
    });
  });

  it('to a HEAD has no body', async () => {
    answerWith('application/json', '{"a":1}');
    expect(await send('/', { method: 'HEAD' })).toMatchObject({ statusCode: 200, body: null });
  });

  it('that should be JSON and is not raises, keeping the text out of sight', async () => {
    answerWith('application/json', '<html>s3cret');
    const error: unknown = await send('/x?key=s3cret').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'RESPONSE_NOT_JSON',
      message: `GET ${upstream.origin}/x answered 200 with a body that is no JSON.`,
      response: { statusCode: 200, rawText: '<html>s3cret' },
    });
    expect(inspect(error, { depth: null }) + JSON.stringify(error)).not.toContain('s3cret');
  });

  it.each(['auto', 'json', 'stream', 'binary'] as const)(
    'that is unsuccessful is read by its type, asked for as %s',
    async (responseType) => {
      answerWith('application/json', '{"message":"no"}', 422);
      expect(await send('/', { responseType })).toMatchObject({ statusCode: 422, body: { message: 'no' } });
      answerWith('application/json', '<html>', 502);
      expect(await send('/', { responseType })).toMatchObject({ statusCode: 502, body: '<html>' });
    },
  );
});

describe('the size limit', () => {
  const endless = (): Promise<unknown> => {
    return new Promise((closed) => {
      upstream.answer((_request, response) => {
        response.on('close', closed);
        writeForever(response);
      });
    });
  };

  it('stops a response without end', async () => {
    const closed = endless();
    await expect(send('/')).rejects.toThrow(
      coded('RESPONSE_TOO_LARGE', { details: { maxResponseBytes: 100_000, statusCode: 200 } }),
    );
    await closed;
  });

  it('stops a stream without end', async () => {
    const closed = endless();
    const { body } = await send('/', { responseType: 'stream' });
    await expect(buffer(body as Readable)).rejects.toThrow(coded('RESPONSE_TOO_LARGE'));
    await closed;
  });

  it.each(['auto', 'stream'] as const)('counts bytes after decompression (%s)', async (responseType) => {
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    upstream.answer((_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    const read = async () => {
      const { body } = await send('/', { responseType });
      return body instanceof Readable ? buffer(body) : body;
    };
    await expect(read()).rejects.toThrow(coded('RESPONSE_TOO_LARGE'));
  });

  it('lets a response of exactly that size pass', async () => {
    answerWith('application/octet-stream', Buffer.alloc(100_000));
    expect((await send('/')).body).toHaveLength(100_000);
    expect(await buffer((await send('/', { responseType: 'stream' })).body as Readable)).toHaveLength(100_000);
  });
});

describe('a streamed response', () => {
  it('arrives as it comes', async () => {
    upstream.answer((_request, response) => void response.write('one'));
    const { body } = await send('/', { responseType: 'stream' });
    const [chunk] = (await once(body as Readable, 'data')) as [Buffer];
    expect(chunk.toString()).toBe('one');
    (body as Readable).destroy();
  });

  it('closes the connection when it is destroyed', async () => {
    const closed = new Promise((resolve) => {
      upstream.answer((_request, response) => {
        response.on('close', resolve);
        response.write('one');
      });
    });
    const { body } = await send('/', { responseType: 'stream' });
    (body as Readable).destroy();
    await closed;
  });

  it('fails with the signal’s reason, though nobody reads it yet', async () => {
    upstream.answer((_request, response) => void response.write('one'));
    const controller = new AbortController();
    const { body } = await send('/', { responseType: 'stream', signal: controller.signal, authorize });
    const stream = body as Readable;
    controller.abort(new Error('too late'));
    await new Promise((resolve) => stream.once('close', resolve));
    await expect(text(stream)).rejects.toThrow('too late');
    expect(inspect(stream.errored, { depth: null })).not.toContain('s3cret');
  });
});

describe('the signal', () => {
  const reason = new Error('the attempt timed out');

  it('aborted before, keeps the request from being sent', async () => {
    await expect(send('/', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(upstream.received).toEqual([]);
  });

  it.each([
    ['before the answer', () => undefined],
    ['within the body', (response: ServerResponse) => response.writeHead(200, { 'content-length': 10 }).write('half')],
  ])('aborted %s, ends the exchange with its reason', async (_when, begin) => {
    const controller = new AbortController();
    const closed = new Promise((resolve) => {
      upstream.answer((incoming, response) => {
        incoming.socket.on('close', resolve);
        begin(response);
        controller.abort(reason);
      });
    });
    await expect(send('/', { signal: controller.signal })).rejects.toBe(reason);
    await closed;
  });

  it('aborted within an upload, closes its stream', async () => {
    const controller = new AbortController();
    upstream.answer(() => controller.abort(reason));
    const data = new Readable({ read: () => undefined });
    data.push('first');
    await expect(send('/', { method: 'POST', data, signal: controller.signal })).rejects.toBe(reason);
    expect(data.destroyed).toBe(true);
  });
});

describe('a redirect', () => {
  const redirectTo = (location: () => string, statusCode = 302) =>
    upstream.answer((incoming, response) => {
      if (incoming.url?.startsWith('/from') === true)
        response.writeHead(statusCode, { location: location() }).end('moved');
      else response.end('arrived');
    });
  const own = { headers: { 'X-Api-Key': 's3cret', Accept: 'a/b' }, authorize };

  it.each([301, 302, 303, 307, 308])('within the origin is followed with the credentials (%i)', async (statusCode) => {
    redirectTo(() => '/to?x=1', statusCode);
    await send('/from', own);
    expect(upstream.received[1]).toMatchObject({
      url: '/to?x=1',
      headers: { authorization: 'Bearer s3cret', 'x-api-key': 's3cret' },
    });
  });

  it('to another origin is followed without credentials and headers of the caller', async () => {
    redirectTo(() => `${elsewhere.origin}/to`);
    await send('/from', own);
    expect(elsewhere.received).toHaveLength(1);
    expect(elsewhere.received[0]?.headers).toMatchObject({ accept: 'a/b', 'user-agent': 'express-integrations' });
    expect(JSON.stringify(elsewhere.received)).not.toContain('s3cret');
  });

  it('to an allowed origin is followed with the credentials', async () => {
    redirectTo(() => `${elsewhere.origin}/to`);
    await send('/from', { ...own, allowedOrigins: [elsewhere.origin] });
    expect(elsewhere.received[0]?.headers).toMatchObject({ authorization: 'Bearer s3cret', 'x-api-key': 's3cret' });
  });

  it('passes the guard against private hosts', async () => {
    redirectTo(() => `http://localhost:${upstream.port}/to`);
    await expect(send('/from', own)).rejects.toThrow(coded('PRIVATE_HOST_REFUSED'));
    redirectTo(() => 'http://169.254.169.254/latest/meta-data');
    await expect(send('/from', own)).rejects.toThrow(coded('PRIVATE_HOST_REFUSED'));
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('of a %s is refused', async (method) => {
    redirectTo(() => '/to', 307);
    await expect(send('/from', { method, data: { a: 1 } })).rejects.toThrow(
      coded('REDIRECT_REFUSED', { details: { statusCode: 307 } }),
    );
    expect(upstream.received).toHaveLength(1);
  });

  it('of a stream is followed, and its own body let go', async () => {
    redirectTo(() => '/to');
    const { body } = await send('/from', { responseType: 'stream' });
    expect(await text(body as Readable)).toBe('arrived');
  });

  it('in a circle ends after five', async () => {
    redirectTo(() => '/from-again');
    await expect(send('/from')).rejects.toThrow(coded('REDIRECT_REFUSED'));
    expect(upstream.received).toHaveLength(6);
  });

  it('without a location is an answer like another', async () => {
    upstream.answer((_request, response) => response.writeHead(302).end());
    expect(await send('/')).toMatchObject({ statusCode: 302, body: null });
  });
});

describe('a failure', () => {
  it('names host and code, with Node’s own error as its cause', async () => {
    const gone = await createClosedPort();
    const error: unknown = await send('/x?token=s3cret', { baseUrl: gone, authorize }).catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: 'CONNECTION_FAILED',
      message: `GET ${gone}/x failed: ECONNREFUSED`,
      details: { errorCode: 'ECONNREFUSED', reusedConnection: false },
      cause: { code: 'ECONNREFUSED', syscall: 'connect' },
    });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('s3cret');
  });

  it('to find the host is a failed connection', async () => {
    await expect(send('/', { baseUrl: 'http://nowhere.invalid' })).rejects.toThrow(coded('CONNECTION_FAILED'));
  });

  it('to speak TLS is a failed connection', async () => {
    const baseUrl = upstream.origin.replace('http:', 'https:');
    await expect(send('/', { baseUrl })).rejects.toThrow(coded('CONNECTION_FAILED'));
  });

  it.each(['auto', 'stream'] as const)('within the body is a failed connection (%s)', async (responseType) => {
    upstream.answer((incoming, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('half', () => incoming.socket.destroy());
    });
    const read = async () => {
      const { body } = await send('/', { responseType, authorize });
      return body instanceof Readable ? buffer(body) : body;
    };
    const error: unknown = await read().catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', cause: { code: 'ECONNRESET' } });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('s3cret');
  });

  it('on a kept-alive connection says so', async () => {
    upstream.answer((incoming, response) => {
      if (incoming.url === '/first') response.end('ok');
      else incoming.socket.destroy();
    });
    await send('/first');
    await expect(send('/second')).rejects.toThrow(
      coded('CONNECTION_FAILED', { details: { errorCode: 'ECONNRESET', reusedConnection: true } }),
    );
  });

  it('of an answer that is no HTTP keeps the received bytes out of the cause', async () => {
    upstream.answer((incoming) => incoming.socket.end('s3cret is no HTTP\r\n\r\n'));
    const error: unknown = await send('/').catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', details: { errorCode: expect.stringMatching(/^HPE_/) } });
    expect(error).not.toHaveProperty('cause.rawPacket');
  });

  it('of an upload’s stream is the caller’s, with the stream’s error as its cause', async () => {
    upstream.answer(() => undefined);
    const failure = new Error('disk gone');
    const data = new Readable({ read: () => data.destroy(failure) });
    await expect(send('/', { method: 'POST', data })).rejects.toThrow(coded('REQUEST_INVALID', { cause: failure }));
  });

  it('to send all before the answer closes the rest', async () => {
    upstream.answer((_request, response) => response.writeHead(413).end('enough'));
    const data = new Readable({ read: () => undefined });
    data.push('first');
    expect(await send('/', { method: 'POST', data })).toMatchObject({ statusCode: 413 });
    expect(data.destroyed).toBe(true);
  });
});

describe('close', () => {
  it('ends what is in flight', async () => {
    const own = createHttpClient({ allowedPrivateHosts: ['127.0.0.1'] });
    upstream.answer(() => own.close());
    await expect(own.send(request('/'))).rejects.toThrow(coded('CONNECTION_FAILED'));
  });
});

it('a received JSON body survives the round trip', async () => {
  upstream.answer(async (incoming, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(await json(incoming)));
  });
  const data = { text: 'ä€😀\u2028', nested: [{ a: null }], n: 1.5 };
  expect((await send('/', { method: 'POST', data })).body).toEqual(data);
});

function writeForever(response: ServerResponse): void {
  const write = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(16_384)));
    if (!response.destroyed) response.once('drain', write);
  };
  write();
}

/** An origin where nobody listens (any more). */
async function createClosedPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${typeof address === 'object' ? String(address?.port) : ''}`;
}
