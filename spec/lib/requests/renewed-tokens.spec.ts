import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { bearer, IntegrationError } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useOAuthInstance } from '../../support/oauth-instance.js';

const database = useDatabase();
const upstream = useHttpServer();
const world = useOAuthInstance(database, {
  provider: {
    http: {
      baseUrl: () => upstream.origin,
      authorize: (request, { credentials }) => bearer(request, String(credentials.accessToken)),
    },
  },
  options: { http: { allowedPrivateHosts: ['127.0.0.1'] }, retry: { maxDelayMs: 5 } },
});

const tokens = () => upstream.received.map(({ headers }) => headers.authorization);

/** Accepts these tokens alone. */
function accepting(accepted: string[], challenge: string | null = 'Bearer error="invalid_token"'): void {
  upstream.answer(({ headers }, response) => {
    if (accepted.includes(headers.authorization ?? ''))
      response.setHeader('content-type', 'application/json').end('{"ok":true}');
    else response.writeHead(401, challenge === null ? {} : { 'www-authenticate': challenge }).end('{}');
  });
}

describe('a token that expires soon', () => {
  it('is refreshed before a call is made with it', async () => {
    accepting(['Bearer new']);
    const integration = await world.connect();
    await integration.at('/me').get();
    expect(tokens()).toEqual(['Bearer new']);
  });

  it('is refreshed before a callback is called', async () => {
    const integration = await world.connect();
    const seen = await integration.at('sdk').get(async () => integration.getCredentials());
    expect(seen).toMatchObject({ accessToken: 'new' });
  });

  it('is refreshed for integration.http', async () => {
    accepting(['Bearer new']);
    const integration = await world.connect();
    expect((await integration.http.get('/me')).status).toBe(200);
    expect(tokens()).toEqual(['Bearer new']);
  });

  it('keeps a call from being sent where it has expired, and has to be given again by the user', async () => {
    world.refresh = () => {
      throw new IntegrationError('OAUTH_GRANT_INVALID', 'It was revoked.');
    };
    const integration = await world.connect({ expiresInSeconds: -1 });
    await expect(integration.at('/me').get()).rejects.toMatchObject({ code: 'REAUTHORIZATION_REQUIRED' });
    expect(upstream.received).toEqual([]);
  });

  it('does not make the calls wait for themselves that refresh it', async () => {
    upstream.answer(({ url }, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(url === '/token' ? { token: 'made by a call' } : {}));
    });
    world.refresh = async (_refreshToken, integration) => {
      const { token } = (await integration.at('/token').get()) as { token: string };
      return { accessToken: token, refreshToken: null, tokenExpiresAt: new Date(Date.now() + 3_600_000) };
    };
    const integration = await world.connect();
    await integration.at('/me').get();
    expect(tokens()).toEqual(['Bearer old', 'Bearer made by a call']);
  });
});

describe('a token that the other API refuses', () => {
  const connected = () => world.connect({ expiresInSeconds: 3_600 });

  it.each([
    ['invalid_token', 'Bearer realm="x", error="invalid_token"'],
    ['nothing', null],
  ])('and says %s of, is replaced, and the call made once more', async (_title, challenge) => {
    accepting(['Bearer new'], challenge);
    const integration = await connected();
    expect(await integration.at('/me').get()).toEqual({ ok: true });
    expect(tokens()).toEqual(['Bearer old', 'Bearer new']);
  });

  it('is replaced for a write as well: it was not executed', async () => {
    accepting(['Bearer new']);
    const integration = await connected();
    expect(await integration.at('/notes').withData({ text: 'x' }).post()).toEqual({ ok: true });
    expect(tokens()).toHaveLength(2);
  });

  it('is replaced for integration.http', async () => {
    accepting(['Bearer new']);
    const integration = await connected();
    expect((await integration.http.get('/me')).data).toEqual({ ok: true });
  });

  it('is replaced once: a refusal of the other one is what the caller hears of', async () => {
    accepting([]);
    const integration = await connected();
    await expect(integration.at('/me').get()).rejects.toMatchObject({ statusCode: 401 });
    expect(tokens()).toEqual(['Bearer old', 'Bearer new']);
  });

  it('is not replaced where it lacks a scope', async () => {
    accepting(['Bearer new'], 'Bearer error="insufficient_scope"');
    const integration = await connected();
    await expect(integration.at('/me').get()).rejects.toMatchObject({ statusCode: 401 });
    expect(world.asked).toEqual([]);
  });

  it('is not replaced where a stream was sent, which is used up', async () => {
    accepting(['Bearer new']);
    const integration = await connected();
    const sent = integration
      .at('/files')
      .withData(Readable.from(['bytes']))
      .post();
    await expect(sent).rejects.toMatchObject({ statusCode: 401 });
    expect(world.asked).toEqual([]);
  });

  it('is what the caller hears of where there is no other', async () => {
    accepting([]);
    world.refresh = () => Promise.reject(new Error('away'));
    const integration = await connected();
    await expect(integration.at('/me').get()).rejects.toMatchObject({ statusCode: 401 });
  });

  it('is replaced once for all calls that met with it', async () => {
    accepting(['Bearer new']);
    const integration = await connected();
    await Promise.all(Array.from({ length: 10 }, () => integration.at('/me').get()));
    expect(world.asked).toEqual(['first']);
  });

  it('shows in the request log as an attempt', async () => {
    accepting(['Bearer new']);
    const integration = await connected();
    await integration.at('/me').get();
    const request = await world.integrations.models.IntegrationRequest.findOne({
      integrationId: integration._id,
    }).orFail();
    expect(request.attempts.map(({ number, statusCode }) => [number, statusCode])).toEqual([
      [1, 401],
      [2, 200],
    ]);
  });
});
