import axios, { type AxiosError } from 'axios';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localToken, useLocalInstance } from '../../support/local-instance.js';

const database = useDatabase();
const upstream = useHttpServer();
const local = useLocalInstance(database, upstream);

async function logged(endpoint: string) {
  return local.integration.requests().where({ endpoint }).lean();
}

describe('integration.http', () => {
  it('is an axios instance on the base URL, whose requests carry the credentials', async () => {
    upstream.answer((request, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(
          JSON.stringify({ url: request.url, authorized: request.headers.authorization === `Bearer ${localToken}` }),
        ),
    );
    const { data, status } = await local.integration.http.get('/items', { params: { page: 2 } });
    expect(status).toBe(200);
    expect(data).toEqual({ url: '/items?page=2', authorized: true });
  });

  it('logs one document for a request, with its attempts', async () => {
    const statuses = [503, 429, 200];
    upstream.answer((_request, response) => response.writeHead(statuses.shift() ?? 500, { 'retry-after': '0' }).end());
    await local.integration.http.get('/flaky');
    const requests = await logged('/flaky');
    expect(requests).toHaveLength(1);
    expect(requests[0]?.attempts.map(({ statusCode }) => statusCode)).toEqual([503, 429, 200]);
    expect(requests[0]).toMatchObject({ statusCode: 200, error: null });
  });

  it('retries by the policy of all calls: a write is sent once', async () => {
    upstream.answer((_request, response) => response.writeHead(503).end());
    await expect(local.integration.http.post('/write', { a: 1 })).rejects.toMatchObject({ response: { status: 503 } });
    expect(upstream.received).toHaveLength(1);
    await expect(logged('/write')).resolves.toMatchObject([{ requestData: '{"a":1}', statusCode: 503 }]);
  });

  it('rejects with an AxiosError that has the answer, and no credentials', async () => {
    upstream.answer((_request, response) =>
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}'),
    );
    const failure: unknown = await local.integration.http.get('/missing').catch((error: unknown) => error);
    expect(axios.isAxiosError(failure)).toBe(true);
    expect(failure).toMatchObject({ response: { status: 404, data: { message: 'Not Found' } } });
    expect(JSON.stringify(failure)).not.toContain(localToken);
  });

  it('emits one event for a request, whatever its attempts', async () => {
    const statuses = [503, 200];
    upstream.answer((_request, response) => response.writeHead(statuses.shift() ?? 500).end());
    const endpoints: string[] = [];
    const off = local.integrations.on('requestCompleted', ({ request }) => endpoints.push(request.endpoint));
    await local.integration.http.get('/evented');
    await expect.poll(() => endpoints).toEqual(['/evented']);
    off();
  });

  it('gives what validateStatus lets through', async () => {
    upstream.answer((_request, response) => response.writeHead(404).end());
    const { status } = await local.integration.http.get('/fine', { validateStatus: () => true });
    expect(status).toBe(404);
  });

  it('ends when its signal is aborted', async () => {
    const controller = new AbortController();
    upstream.answer(() => controller.abort());
    const request = local.integration.http.get('/aborted', { signal: controller.signal });
    await expect(request).rejects.toSatisfy((error) => axios.isAxiosError(error) || axios.isCancel(error));
    const [entry] = await logged('/aborted');
    expect(entry?.attempts).toMatchObject([{ failureClass: 'cancelled' }]);
  });
});

describe('a request of integration.http that is refused', () => {
  const guarded = useLocalInstance(database, upstream, {
    prefix: 'guarded',
    circuit: { strategy: 'count', failureCount: 2, cooldownSeconds: 60 },
  });

  const thrownBy = (request: Promise<unknown>): Promise<unknown> =>
    request.then(
      () => expect.unreachable('the request succeeded'),
      (error: unknown) => error,
    );

  it('rejects with an AxiosError that tells so, is not retried, and leaves what was attempted in the log', async () => {
    upstream.answer((_request, response) => response.writeHead(503).end());
    const { integration } = guarded;
    const retried = await thrownBy(integration.http.get('/dying'));
    expect(upstream.received).toHaveLength(2);
    expect(axios.isAxiosError(retried)).toBe(true);
    expect(retried).toMatchObject({ code: 'CIRCUIT_OPEN' });
    expect((retried as AxiosError).cause).toMatchObject({ code: 'CIRCUIT_OPEN', cause: { statusCode: 503 } });
    // It was not answered.
    expect([(retried as AxiosError).status, (retried as AxiosError).response]).toEqual([undefined, undefined]);
    expect(await integration.requests().lean()).toMatchObject([
      { statusCode: 503, error: { code: 'UPSTREAM_STATUS' }, attempts: [{ statusCode: 503 }, { statusCode: 503 }] },
    ]);

    const refused = await thrownBy(integration.http.get('/dead'));
    expect(upstream.received).toHaveLength(2);
    expect(refused).toMatchObject({ code: 'CIRCUIT_OPEN', cause: { name: 'CircuitOpenError' } });
    expect(await integration.requests().countDocuments()).toBe(1);
  });
});
