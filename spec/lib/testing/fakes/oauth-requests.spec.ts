import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createIntegrations, createOAuth2Client } from '../../../../lib/index.js';
import {
  assertRequested,
  createIntegration,
  fake,
  passThrough,
  respond,
  startUpstream,
  stopFaking,
  tokenEndpoint,
  type Upstream,
} from '../../../../lib/testing/index.js';
import { bearer } from '../../../../providers/authorize.js';
import { useDatabase } from '../../../support/database.js';

const { connection } = useDatabase();
let upstream: Upstream;
let integrations: ReturnType<typeof open>;

const client = () => ({ clientId: 'spec', clientSecret: 'client-secret-4711' });

/** Where the authorization server of an integration is found by its issuer. */
const issuerOf = ({ name }: { readonly name: string }) => `${upstream.origin}/${name}`;

function open() {
  const oauth = createOAuth2Client({
    tokenEndpoint: `${upstream.origin}/oauth/token`,
    authorizationEndpoint: `${upstream.origin}/oauth/authorize`,
    client,
  });
  return createIntegrations({
    connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 3).toString('base64') }],
    http: { allowedPrivateHosts: ['127.0.0.1'] },
    logger: false,
    providers: {
      crm: {
        name: 'CRM',
        credentialSchema: { type: 'object' },
        metadataSchema: { type: 'object' },
        http: {
          baseUrl: upstream.origin,
          authorize: async (request, { integration }) => bearer(request, (await integration.getAccessToken()) ?? ''),
        },
        ...oauth,
      },
      tenant: {
        name: 'Tenant',
        credentialSchema: { type: 'object' },
        metadataSchema: { type: 'object' },
        ...createOAuth2Client({ issuer: issuerOf, endpointHosts: [new URL(upstream.origin).host], client }),
      },
    },
  });
}

beforeAll(async () => {
  upstream = await startUpstream();
  integrations = open();
  await integrations.start();
});
beforeEach(() => {
  upstream.reset();
  upstream.on('/things', [1]);
});
afterEach(() => {
  stopFaking();
});
afterAll(async () => {
  await integrations.close();
  await upstream.close();
});

const expired = () => createIntegration('crm', { tokens: { expiresInSeconds: -1 } });

describe('a faked instance', () => {
  it('never asks the real token endpoint', async () => {
    const crm = await expired();
    fake();
    const failure: unknown = await crm
      .at('/things')
      .withAttempts(1)
      .get()
      .catch((error: unknown) => error);
    const causes = [];
    for (let error = failure; error instanceof Error; error = error.cause) causes.push(error);
    expect(causes).toContainEqual(expect.objectContaining({ code: 'FAKE_RESPONSE_MISSING' }));
    expect(causes.map(({ message }) => message).join()).toContain(`POST ${upstream.origin}/oauth/token (crm, OAuth)`);
    expect(upstream.requests).toEqual([]);
  });

  it.each(['POST:/oauth/token', '/oauth/*'])('answers it by the pattern %s', async (pattern) => {
    const crm = await expired();
    const faked = fake({
      [pattern]: { access_token: 'faked', token_type: 'Bearer', expires_in: 60 },
      '/things': 'faked',
    });
    await expect(crm.at('/things').get()).resolves.toBe('faked');
    await expect(crm.getAccessToken()).resolves.toBe('faked');
    assertRequested('POST:/oauth/token', { times: 0 });
    assertRequested(`POST:${upstream.origin}/oauth/token`, { times: 1 });
    expect(faked.requests[0]).toMatchObject({ data: { grant_type: 'refresh_token' }, headers: {} });
    expect(JSON.stringify(faked.requests)).not.toMatch(/client-secret|test-refresh-token/);
    expect(upstream.requests).toEqual([]);
  });

  it('takes an answer of the token endpoint for what it is: a grant that has ended', async () => {
    const crm = await expired();
    fake({ '/oauth/token': respond({ status: 400, body: { error: 'invalid_grant' } }) });
    await expect(crm.at('/things').get()).rejects.toMatchObject({ code: 'REAUTHORIZATION_REQUIRED' });
  });

  it('lets it out where it lets out what no pattern matches, and records nothing of it', async () => {
    const crm = await expired();
    upstream.on('POST:/oauth/token', tokenEndpoint({ clock: upstream.clock }).answer);
    const faked = fake({ '/things': 'faked' }, { unmatched: passThrough() });
    await expect(crm.at('/things').get()).resolves.toBe('faked');
    expect(upstream.requests.map(({ path }) => path)).toEqual(['/oauth/token']);
    expect(faked.recordings()).toEqual({});
  });

  it('leaves alone that of an integration that has no fake', async () => {
    const [crm, other] = [await expired(), await expired()];
    upstream.on('POST:/oauth/token', tokenEndpoint({ clock: upstream.clock }).answer);
    fake({ '/things': 'faked' }, { integration: other });
    await expect(crm.at('/things').get()).resolves.toEqual([1]);
    expect(upstream.requests.map(({ path }) => path)).toEqual(['/oauth/token', '/things']);
  });

  it('answers for the metadata of a server that another integration’s was found before', async () => {
    const metadata = (name: string) => ({
      issuer: issuerOf({ name }),
      token_endpoint: `${upstream.origin}/oauth/token`,
    });
    upstream.on('/first/.well-known/*', metadata('first'));
    upstream.on('POST:/oauth/token', tokenEndpoint({ clock: upstream.clock }).answer);
    const tokens = { expiresInSeconds: -1 };
    await createIntegration('tenant', { name: 'first', tokens }).then((first) => first.getAccessToken());
    upstream.reset();
    const second = await createIntegration('tenant', { name: 'second', tokens });
    const granted = { access_token: 'faked', token_type: 'Bearer', expires_in: 60 };
    fake({ '/second/.well-known/*': metadata('second'), '/oauth/token': granted }, { integration: second });
    await expect(second.getAccessToken()).resolves.toBe('faked');
    expect(upstream.requests).toEqual([]);
  });
});
