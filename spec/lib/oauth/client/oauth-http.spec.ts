import { Types } from 'mongoose';
import { afterAll, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../../lib/http/http-client.js';
import { createOAuthHttp, oauthHttpOf, type OAuthRequest } from '../../../../lib/oauth/client/oauth-http.js';
import { useHttpServer } from '../../../support/http-server.js';

const server = useHttpServer();
const allowedPrivateHosts = ['127.0.0.1'];
const client = createHttpClient({ allowedPrivateHosts, userAgent: 'spec' });
afterAll(() => client.close());
const http = createOAuthHttp({
  sendOAuth: (_integration, request) => client.send(request),
  timeoutMs: 50,
  allowedPrivateHosts,
});
const integration = { _id: new Types.ObjectId(), provider: 'crm' };

const get = (url: string): OAuthRequest => ({ integration, method: 'GET', url: new URL(url), headers: {}, body: null });

describe('requests to authorization servers', () => {
  it('give answers of any status, as text', async () => {
    server.answer((_request, response) => response.writeHead(418, { 'content-type': 'application/json' }).end('{'));
    expect(await http.send(get(server.origin))).toMatchObject({ status: 418, text: '{' });
  });

  it('name the instance’s own User-Agent', async () => {
    await http.send(get(server.origin));
    expect(server.received[0]!.headers['user-agent']).toBe('spec');
  });

  it('end when they take too long', async () => {
    server.answer(() => undefined);
    const failure = http.send(get(`${server.origin}/token?secret`));
    await expect(failure).rejects.toMatchObject({
      code: 'ATTEMPT_TIMEOUT',
      message: `GET ${server.origin}/token took too long.`,
    });
  });

  it.each(['https://id.example', 'http://127.0.0.1:1', 'http://localhost:3000', 'http://[::1]'])(
    'may go to %s',
    (url) => {
      expect(() => http.assertSecure(new URL(url))).not.toThrow();
    },
  );

  it.each(['http://id.example', 'http://10.0.0.1', 'ftp://127.0.0.1', 'http://localhost.evil.example'])(
    'may not go to %s',
    (url) => {
      expect(() => http.assertSecure(new URL(url))).toThrow(
        expect.objectContaining({ code: 'REQUEST_INVALID' }) as Error,
      );
    },
  );
});

describe('the HTTP client of an instance', () => {
  it('is not found by what is no document of one', () => {
    const integration = { _id: 'any' } as unknown as Parameters<typeof oauthHttpOf>[0];
    expect(() => oauthHttpOf(integration)).toThrow(expect.objectContaining({ code: 'INSTANCE_MISSING' }) as Error);
  });
});
