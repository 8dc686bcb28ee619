import { Types } from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AuthenticatedUser, IntegrationDocument } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localToken, useLocalInstance } from '../../support/local-instance.js';

const database = useDatabase();
const upstream = useHttpServer();
let identify: (integration: IntegrationDocument) => Promise<AuthenticatedUser>;
const local = useLocalInstance(database, upstream, {
  provider: { authenticatedUser: (integration) => identify(integration) },
});
const without = useLocalInstance(database, upstream, { prefix: 'without_identity' });

const octocat = { id: '583231', name: 'The Octocat', email: 'octocat@example.com' };
const raw = { login: 'octocat', plan: 'secret-plan' };
let integration: IntegrationDocument;
let asked: number;

beforeEach(async () => {
  asked = 0;
  identify = async () => {
    asked += 1;
    return { ...octocat, raw };
  };
  integration = await local.integrations.create({ provider: 'local', name: 'Own', credentials: { token: localToken } });
});

const stored = async () => (await local.integrations.findOrFail(integration._id)).authenticatedUser;
const newCredentials = () =>
  local.integrations.update(integration, { credentials: { token: 'another-token-0123456789' } });

/** Lets the test decide when the provider answers. */
function answerLater(): (user: AuthenticatedUser) => void {
  let answer: (user: AuthenticatedUser) => void = () => undefined;
  const answered = new Promise<AuthenticatedUser>((resolve) => {
    answer = resolve;
  });
  identify = () => {
    asked += 1;
    return answered;
  };
  return answer;
}

describe('the authenticated user', () => {
  it('is whom the provider names, and remembered without what it was made of', async () => {
    const fetched = await local.integrations.authenticatedUser(integration);
    expect(fetched).toEqual({ ...octocat, raw, fetchedAt: expect.any(Date) });
    const known = await local.integrations.authenticatedUser(integration);
    expect(known).toEqual({ ...octocat, fetchedAt: fetched.fetchedAt });
    expect(await local.integrations.authenticatedUser(integration.id)).toEqual(known);
    expect(asked).toBe(1);
    expect(await stored()).toEqual({ ...octocat, fetchedAt: fetched.fetchedAt, credentialVersion: 0 });
    expect(integration.modifiedPaths()).toEqual([]);
  });

  it('is known to documents that were loaded before', async () => {
    const other = await local.integrations.findOrFail(integration._id);
    await local.integrations.authenticatedUser(integration);
    expect(await local.integrations.authenticatedUser(other)).toMatchObject(octocat);
    expect(asked).toBe(1);
  });

  it('may have neither name nor email', async () => {
    identify = async () => ({ id: '7', raw: null });
    expect(await local.integrations.authenticatedUser(integration)).toMatchObject({ id: '7', name: null, email: null });
  });

  it('is asked for anew on request', async () => {
    await local.integrations.authenticatedUser(integration);
    identify = async () => ({ ...octocat, name: 'Renamed', raw });
    const refreshed = await local.integrations.authenticatedUser(integration, { refresh: true });
    expect(refreshed).toMatchObject({ name: 'Renamed', raw });
    expect(await stored()).toMatchObject({ name: 'Renamed' });
  });

  it('is asked for anew with new credentials', async () => {
    await local.integrations.authenticatedUser(integration);
    const updated = await newCredentials();
    identify = async () => ({ id: 'another', raw });
    expect(await local.integrations.authenticatedUser(updated)).toMatchObject({ id: 'another' });
    expect(await stored()).toMatchObject({ id: 'another', credentialVersion: 1 });
  });

  it('is asked for once by all who ask at the same time', async () => {
    const answer = answerLater();
    const documents = await Promise.all(
      Array.from({ length: 10 }, () => local.integrations.findOrFail(integration._id)),
    );
    // Who comes after the answer finds it stored.
    const answers = documents.map((document) => local.integrations.authenticatedUser(document));
    await expect.poll(() => asked).toBe(1);
    answer({ ...octocat, raw });
    for (const user of await Promise.all(answers)) expect(user).toMatchObject(octocat);
    expect(asked).toBe(1);
  });

  it('of credentials that were replaced meanwhile is not stored', async () => {
    const answer = answerLater();
    const user = local.integrations.authenticatedUser(integration);
    await expect.poll(() => asked).toBe(1);
    await newCredentials();
    answer({ ...octocat, raw });
    expect(await user).toMatchObject(octocat);
    expect(await stored()).toBeNull();
  });

  it('is not remembered where the provider failed, whose error comes out as it is', async () => {
    const error = new Error('Away');
    identify = () => Promise.reject(error);
    await expect(local.integrations.authenticatedUser(integration)).rejects.toBe(error);
    identify = async () => ({ ...octocat, raw });
    expect(await local.integrations.authenticatedUser(integration)).toMatchObject(octocat);
  });

  it.each([null, {}, { id: 7 }, { id: '' }])('cannot be %j', async (answer) => {
    identify = async () => answer as never;
    await expect(local.integrations.authenticatedUser(integration)).rejects.toMatchObject({ code: 'PROVIDER_INVALID' });
  });

  it('needs a provider that can tell, and an integration', async () => {
    await expect(without.integrations.authenticatedUser(without.integration)).rejects.toMatchObject({
      code: 'CAPABILITY_MISSING',
      details: { provider: 'local', capability: 'IdentifiesAuthenticatedUser' },
    });
    await expect(local.integrations.authenticatedUser(new Types.ObjectId())).rejects.toMatchObject({
      code: 'INTEGRATION_NOT_FOUND',
    });
  });
});
