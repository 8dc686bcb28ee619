import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { HttpResponseError, type IntegrationErrorCode } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localToken, useLocalInstance } from '../../support/local-instance.js';

const database = useDatabase();
const upstream = useHttpServer();
const local = useLocalInstance(database, upstream);

/** The logged request of an endpoint; each test has an endpoint of its own. */
async function logged(endpoint: string) {
  const [request, ...others] = await local.integration.requests().where({ endpoint }).lean();
  expect(others).toEqual([]);
  if (request === undefined) throw new Error(`Nothing was logged for ${endpoint}.`);
  return request;
}

async function expectRefusal(call: Promise<unknown>, code: IntegrationErrorCode) {
  await expect(call).rejects.toMatchObject({ code });
}

describe('a URL call', () => {
  it('fills the path from data and metadata, and sends the rest of the data as query', async () => {
    upstream.answer((_request, response) => response.end());
    await local.integration.at('/repos/{owner}/{repo}/issues').withData({ repo: 'hello', state: 'open' }).get();
    expect(upstream.received[0]?.url).toBe('/repos/octocat/hello/issues?state=open');
  });

  it('gives parsed JSON, and stores the answer as it came', async () => {
    const text = '{ "id":7,  "name":"seven" }';
    upstream.answer((_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'up-1' }).end(text),
    );
    await expect(local.integration.at('/json').get()).resolves.toEqual({ id: 7, name: 'seven' });
    await expect(logged('/json')).resolves.toMatchObject({
      method: 'GET',
      statusCode: 200,
      responseData: text,
      providerRequestId: 'up-1',
      error: null,
    });
  });

  it('authorizes the request, and logs the credentials nowhere', async () => {
    upstream.answer((request, response) =>
      response
        .writeHead(200, { 'content-type': 'text/plain' })
        .end(`you sent ${String(request.headers.authorization)}`),
    );
    await expect(local.integration.at('/echo').get()).resolves.toBe(`you sent Bearer ${localToken}`);
    expect(JSON.stringify(await logged('/echo'))).not.toContain(localToken);
  });

  it('gives null for a 204, whatever the schema', async () => {
    upstream.answer((_request, response) => response.writeHead(204).end());
    await expect(local.integration.at('/nothing').as({ type: 'object' }).delete()).resolves.toBeNull();
    await expect(logged('/nothing')).resolves.toMatchObject({ statusCode: 204, responseData: null });
  });

  it('retries a read after a 503, and keeps every attempt in one document', async () => {
    const statuses = [503, 503, 200];
    upstream.answer((_request, response) => response.writeHead(statuses.shift() ?? 500).end());
    await local.integration.at('/flaky').get();
    const request = await logged('/flaky');
    expect(request.attempts.map(({ number, statusCode }) => [number, statusCode])).toEqual([
      [1, 503],
      [2, 503],
      [3, 200],
    ]);
    expect(request).toMatchObject({ statusCode: 200, error: null });
  });

  it('sends a write once', async () => {
    upstream.answer((_request, response) => response.writeHead(503).end());
    await expectRefusal(local.integration.at('/write').withData({ a: 1 }).post(), 'UPSTREAM_STATUS');
    expect(upstream.received).toHaveLength(1);
  });

  it('raises the answer of a failed call, and keeps it in the log', async () => {
    upstream.answer((_request, response) =>
      response.writeHead(422, { 'content-type': 'application/json' }).end('{"message":"no"}'),
    );
    const failure = await local.integration
      .at('/invalid')
      .post()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HttpResponseError);
    expect(failure).toMatchObject({ statusCode: 422, body: { message: 'no' } });
    const request = await logged('/invalid');
    expect(request).toMatchObject({ statusCode: 422, responseData: '{"message":"no"}' });
    expect(request.attempts[0]).toMatchObject({ failureClass: 'client', error: { code: 'UPSTREAM_STATUS' } });
  });

  it('keeps the payload of a response that does not fit its schema', async () => {
    upstream.answer((_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"seven"}'),
    );
    const schema = { type: 'object', properties: { id: { type: 'number' } } } as const;
    await expectRefusal(local.integration.at('/drift').as(schema).get(), 'SCHEMA_DRIFT');
    const request = await logged('/drift');
    expect(request).toMatchObject({ statusCode: 200, responseData: '{"id":"seven"}', error: { code: 'SCHEMA_DRIFT' } });
    expect(request.attempts).toMatchObject([{ failureClass: 'local' }]);
  });

  it('gives status and headers beside the body, where the caller wants the whole response, and checks that', async () => {
    upstream.answer((_request, response) =>
      response.writeHead(201, { 'content-type': 'application/json', Link: '</next>; rel="next"' }).end('[1]'),
    );
    const call = local.integration.at('/whole').withOptions({ wholeResponse: true });
    const whole = { statusCode: 201, headers: expect.objectContaining({ link: '</next>; rel="next"' }), body: [1] };
    await expect(call.get()).resolves.toEqual(whole);
    await expect(call.as({ type: 'object', required: ['body'] }).get()).resolves.toEqual(whole);
    await expectRefusal(call.as({ type: 'array' }).get(), 'SCHEMA_DRIFT');
  });

  it('streams a response', async () => {
    upstream.answer((_request, response) => response.end('streamed'));
    const body = await local.integration.at('/stream').withOptions({ responseType: 'stream' }).get();
    const chunks: Buffer[] = [];
    for await (const chunk of body as Readable) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe('streamed');
  });

  it('ends a streamed response when the caller aborts the call, though the call is over', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    upstream.answer((_request, response) => void response.write('begun'));
    const options = { responseType: 'stream', signal } as const;
    const body = (await local.integration.at('/aborted-stream').withOptions(options).get()) as Readable;
    const failed = once(body, 'error', { signal: AbortSignal.timeout(10_000) });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    controller.abort();
    await expect(failed).resolves.toMatchObject([{ code: 'CALL_ABORTED' }]);
    await expect.poll(() => getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

describe('bad input and bad answers', () => {
  it('refuses a response that is no JSON, and keeps it', async () => {
    upstream.answer((_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('<html>oops</html>'),
    );
    await expectRefusal(local.integration.at('/html').get(), 'RESPONSE_NOT_JSON');
    await expect(logged('/html')).resolves.toMatchObject({ statusCode: 200, responseData: '<html>oops</html>' });
  });

  it('ends an endless response at the limit', async () => {
    upstream.answer((_request, response) => {
      const more = setInterval(() => response.write('x'.repeat(64 * 1024)), 1);
      response.once('close', () => clearInterval(more));
    });
    const call = local.integration
      .at('/endless')
      .withOptions({ maxResponseBytes: 1024 * 1024 })
      .get();
    await expectRefusal(call, 'RESPONSE_TOO_LARGE');
    await expect(logged('/endless')).resolves.toMatchObject({ error: { code: 'RESPONSE_TOO_LARGE' } });
  });

  it('ends when it is aborted in the middle, and says so in the log', async () => {
    const controller = new AbortController();
    upstream.answer((_request, response) => {
      response.write('{"half":');
      controller.abort(new Error('changed my mind'));
    });
    const call = local.integration.at('/abort').withOptions({ signal: controller.signal }).get();
    await expectRefusal(call, 'CALL_ABORTED');
    const { attempts } = await logged('/abort');
    expect(attempts).toMatchObject([{ failureClass: 'cancelled', error: { code: 'CALL_ABORTED' } }]);
  });

  it('carries no credentials to another origin that it is redirected to', async () => {
    let authorization: string | undefined = 'never asked';
    const elsewhere = createServer((request, response) => {
      authorization = request.headers.authorization;
      response.end('elsewhere');
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const { port } = elsewhere.address() as AddressInfo;
    upstream.answer((_request, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${port}/file` }).end(),
    );
    await local.integration.at('/moved').get();
    expect(authorization).toBeUndefined();
    elsewhere.close();
  });

  it('refuses to send a write on to another place', async () => {
    upstream.answer((_request, response) => response.writeHead(307, { location: '/other' }).end());
    await expectRefusal(local.integration.at('/moved-write').withData({ a: 1 }).post(), 'REDIRECT_REFUSED');
    expect(upstream.received).toHaveLength(1);
  });

  it.each(['../admin', 'a\nb', '..', 'a\\b'])('refuses the path value %j without sending anything', async (repo) => {
    const endpoint = `/repos/{repo}/${encodeURIComponent(repo)}`;
    await expectRefusal(local.integration.at(endpoint).withData({ repo }).get(), 'PATH_VALUE_UNSAFE');
    expect(upstream.received).toEqual([]);
    await expect(logged(endpoint)).resolves.toMatchObject({ error: { code: 'PATH_VALUE_UNSAFE' } });
  });

  it('refuses an absolute URL of another origin', async () => {
    const call = local.integration.at('label').get('https://elsewhere.example/steal');
    await expectRefusal(call, 'ORIGIN_NOT_ALLOWED');
  });

  it('refuses to retry a stream before anything is sent', async () => {
    const body = new Blob(['x']).stream();
    await expectRefusal(local.integration.at('/put').withData(body).withAttempts(2).put(), 'BODY_NOT_REPEATABLE');
    expect(upstream.received).toEqual([]);
  });
});
