import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createGitHub, type GitHubMetadata, type GitHubWebhook } from '../../../../providers/github/index.js';
import { useDatabase } from '../../../support/database.js';
import { gitHubToken, useGitHubReceiver, type GitHubDelivery } from '../../../support/github-webhooks.js';
import { waitFor } from '../../../support/wait-for.js';

const appSecret = 'secret of the app';
const database = useDatabase();
/** What handlers got in this test, and the type that they are for. */
let handled: { readonly by: string; readonly webhook: GitHubWebhook }[];
const noting = (by: string) => (webhook: GitHubWebhook) => void handled.push({ by, webhook });
const webhooks = {
  issues: noting('issues'),
  'issues.opened': noting('issues.opened'),
  installation: noting('installation'),
  ping: noting('ping'),
  push: noting('push'),
};
const github = createGitHub({ webhooks });
const app = createGitHub({ webhooks, webhookSecrets: ['its next secret', appSecret] });
const receiver = useGitHubReceiver(database, { github, crowd: github, app }, { maxCandidates: 3 });

beforeEach(() => {
  handled = [];
});

/** Names of its own for each test, so that none meets the integrations of another one. */
const newName = (what: string) => `${what}-${randomUUID().slice(0, 8)}`;
const newInstallation = () => 1 + Math.floor(Math.random() * 1e12);

function connect(provider: string, metadata: GitHubMetadata, webhookSecret: string = randomUUID(), previous?: string) {
  const credentials = { token: gitHubToken, webhookSecret, ...(previous && { previousWebhookSecret: previous }) };
  return receiver.integrations.create({ provider, name: 'Spec', credentials, metadata });
}

function issuePayload({ owner = 'Octo', repo = 'Hello', installation, action = 'opened' }: Partial<IssueFacts> = {}) {
  return {
    action,
    issue: { id: 7, number: 12, title: 'It breaks' },
    repository: { id: 1, name: repo, full_name: `${owner}/${repo}`, owner: { id: 2, login: owner } },
    sender: { id: 3, login: 'mona' },
    ...(installation !== undefined && { installation: { id: installation } }),
  };
}

interface IssueFacts {
  readonly owner: string;
  readonly repo: string;
  readonly installation: number;
  readonly action: string;
}

/** Sends it; the answer, and what became of it. */
async function deliver(path: string, delivery: Partial<GitHubDelivery> & Pick<GitHubDelivery, 'secret'>) {
  const id = randomUUID();
  const sent = await receiver.send(path, { event: 'issues', payload: issuePayload(), id, ...delivery });
  return { ...sent, id, stored: await receiver.outcome(delivery.id ?? id) };
}

describe('a webhook of a repository', () => {
  it('comes to the URL of its integration, and to the handler of its event and action', async () => {
    const secret = "It's a Secret to Everybody";
    const { _id, id } = await connect('github', {}, secret);
    const payload = issuePayload();
    const { status, answer, stored, ...sent } = await deliver(`github/${id}/webhook`, { secret, payload });
    expect([status, answer]).toEqual([200, { status: 'queued' }]);
    expect(stored).toMatchObject({
      status: 'processed',
      integrationId: _id,
      eventType: 'issues.opened',
      deliveryId: sent.id,
      orderingKey: 'Octo/Hello issue 12',
    });
    expect(handled).toMatchObject([
      {
        by: 'issues.opened',
        webhook: { event: 'issues', action: 'opened', deliveryId: sent.id, payload, integration: { id } },
      },
    ]);
  });

  it('comes to the handler of its event where its action has none', async () => {
    const { id } = await connect('github', {}, 'secret');
    await deliver(`github/${id}/webhook`, { secret: 'secret', payload: issuePayload({ action: 'closed' }) });
    expect(handled).toMatchObject([{ by: 'issues', webhook: { action: 'closed' } }]);
  });

  it('is kept, and ignored, where its event has no handler', async () => {
    const { id } = await connect('github', {}, 'secret');
    const { stored } = await deliver(`github/${id}/webhook`, { secret: 'secret', event: 'watch' });
    expect(stored).toMatchObject({ status: 'processed', eventType: 'watch.opened' });
    expect(handled).toEqual([]);
  });

  it('that was forged is refused, and not stored', async () => {
    const { id } = await connect('github', {});
    const withoutSecret = await receiver.integrations.create({
      provider: 'github',
      name: 'Without',
      credentials: { token: gitHubToken },
    });
    for (const path of [`github/${id}/webhook`, `github/${withoutSecret.id}/webhook`]) {
      expect(await deliver(path, { secret: 'another one' })).toMatchObject({ status: 401, stored: null });
    }
  });

  it('is found by its repository on the URL of all, however many integrations there are', async () => {
    const [owner, repo] = [newName('Octo'), newName('Hello')];
    // More than the secrets that are tried.
    for (const other of ['a', 'b', 'c', 'd']) await connect('crowd', { owner, repo: `${repo}.${other}` });
    const { _id } = await connect('crowd', { owner: owner.toLowerCase(), repo: repo.toLowerCase() }, 'secret');
    const delivery = { secret: 'secret', payload: issuePayload({ owner, repo }) };
    expect(await deliver('crowd/webhook', delivery)).toMatchObject({ status: 200, stored: { integrationId: _id } });
    expect(await deliver('crowd/webhook', { ...delivery, secret: 'x' })).toMatchObject({ status: 401, stored: null });
  });

  it('is for the one of several with that repository, or all of its owner, whose secret fits', async () => {
    const [owner, repo] = [newName('Octo'), newName('Hello')];
    const first = await connect('github', { owner, repo }, 'first');
    const second = await connect('github', { owner, repo }, 'second');
    const whole = await connect('github', { owner }, 'whole');
    for (const [secret, integration] of Object.entries({ first, second, whole })) {
      const { stored } = await deliver('github/webhook', { secret, payload: issuePayload({ owner, repo }) });
      expect(stored?.integrationId).toEqual(integration._id);
    }
  });

  it('is for none of several whose secrets fit', async () => {
    const [owner, repo] = [newName('Octo'), newName('Hello')];
    await connect('github', { owner, repo }, 'the same');
    await connect('github', { owner, repo }, 'the same');
    const delivery = { secret: 'the same', payload: issuePayload({ owner, repo }) };
    expect(await deliver('github/webhook', delivery)).toMatchObject({ status: 409, stored: null });
    expect(handled).toEqual([]);
  });

  it('is valid with the previous secret for as long as that is kept', async () => {
    const integration = await connect('github', {}, 'the next', 'the last');
    const path = `github/${integration.id}/webhook`;
    expect(await deliver(path, { secret: 'the last' })).toMatchObject({ status: 200 });
    expect(await deliver(path, { secret: 'the next' })).toMatchObject({ status: 200 });
    await receiver.integrations.update(integration, {
      credentials: { token: gitHubToken, webhookSecret: 'the next' },
    });
    // Integrations are remembered for a second.
    await waitFor(async () => expect((await deliver(path, { secret: 'the last' })).status).toBe(401), {
      timeout: 10_000,
      interval: 100,
    });
    expect(await deliver(path, { secret: 'the next' })).toMatchObject({ status: 200 });
  });
});

describe('a webhook of a GitHub App', () => {
  it.each(['its next secret', appSecret])(
    'signed with %j is for the integration of its installation',
    async (secret) => {
      const installationId = newInstallation();
      await connect('app', { installationId: installationId + 1 });
      const { _id } = await connect('app', { installationId });
      const { status, stored } = await deliver('app/webhook', {
        secret,
        payload: issuePayload({ installation: installationId }),
      });
      expect(status).toBe(200);
      expect(stored).toMatchObject({ status: 'processed', integrationId: _id });
      expect(handled).toMatchObject([{ webhook: { integration: { _id } } }]);
    },
  );

  it('is for the integration of its repository, where an installation has several', async () => {
    const installationId = newInstallation();
    const [one, other] = ['one', 'Other'].map((repo) => connect('app', { installationId, owner: 'Octo', repo }));
    for (const [repo, integration] of [['One', await one] as const, ['Other', await other] as const]) {
      const payload = issuePayload({ installation: installationId, repo });
      const { stored } = await deliver('app/webhook', { secret: appSecret, payload });
      expect(stored?.integrationId).toEqual(integration?._id);
    }
    const payload = { action: 'suspend', installation: { id: installationId } };
    const { stored } = await deliver('app/webhook', { secret: appSecret, event: 'installation', payload });
    expect(stored).toMatchObject({ integrationId: null, orderingKey: `installation ${installationId}` });
  });

  it('is for no integration where its installation has none: handlers see that', async () => {
    const payload = { action: 'created', installation: { id: newInstallation() } };
    const { stored } = await deliver('app/webhook', { secret: appSecret, event: 'installation', payload });
    expect(stored).toMatchObject({ status: 'processed', integrationId: null, eventType: 'installation.created' });
    expect(handled).toMatchObject([{ by: 'installation', webhook: { integration: null, payload } }]);
  });

  it('is not for who merely names its repository', async () => {
    const [owner, repo] = [newName('Octo'), newName('Hello')];
    const { id } = await connect('app', { owner, repo });
    const payload = issuePayload({ owner, repo, installation: newInstallation() });
    expect((await deliver('app/webhook', { secret: appSecret, payload })).stored?.integrationId).toBeNull();
    expect(await deliver(`app/${id}/webhook`, { secret: appSecret, payload })).toMatchObject({ status: 401 });
  });

  it('of another installation is refused at the URL of an integration', async () => {
    const installation = newInstallation();
    const { id, _id } = await connect('app', { installationId: installation }, 'its own');
    const path = `app/${id}/webhook`;
    const of = (number: number) => ({ secret: appSecret, payload: issuePayload({ installation: number }) });
    expect(await deliver(path, of(installation + 1))).toMatchObject({ status: 401, stored: null });
    expect(await deliver(path, of(installation))).toMatchObject({ status: 200, stored: { integrationId: _id } });
    // Who knows its own secret is trusted, whatever it is about.
    expect(await deliver(path, { ...of(installation + 1), secret: 'its own' })).toMatchObject({ status: 200 });
  });

  it('that was forged is refused, also with the secret of an integration', async () => {
    const installationId = newInstallation();
    await connect('app', { installationId }, 'its own');
    const payload = issuePayload({ installation: installationId });
    for (const secret of ['its own', 'another one']) {
      expect(await deliver('app/webhook', { secret, payload })).toMatchObject({ status: 401, stored: null });
    }
  });

  it('without an installation is for the integration of its repository before that of its owner', async () => {
    const [owner, repo] = [newName('Octo'), newName('Hello')];
    const whole = await connect('app', { owner });
    const one = await connect('app', { owner, repo });
    const sent = async (name: string) =>
      (await deliver('app/webhook', { secret: appSecret, payload: issuePayload({ owner, repo: name }) })).stored;
    expect((await sent(repo))?.integrationId).toEqual(one._id);
    expect((await sent(`${repo}.js`))?.integrationId).toEqual(whole._id);
    await connect('app', { owner, repo });
    await waitFor(async () => expect((await sent(repo))?.integrationId).toBeNull(), { timeout: 10_000 });
  });
});

describe('any webhook', () => {
  const secret = 'secret';
  let path: string;
  beforeEach(async () => {
    path = `github/${(await connect('github', {}, secret)).id}/webhook`;
  });

  it('is stored once, however often it is delivered', async () => {
    const id = randomUUID();
    expect((await deliver(path, { secret, id })).answer).toEqual({ status: 'queued' });
    expect((await deliver(path, { secret, id })).answer).toEqual({ status: 'duplicate' });
    expect(handled).toHaveLength(1);
  });

  it('may be a ping', async () => {
    const payload = { zen: 'Keep it logically awesome.', hook_id: 1, hook: { id: 1, type: 'App', app_id: 5 } };
    const { status, stored } = await deliver(path, { secret, event: 'ping', payload });
    expect([status, stored?.eventType, stored?.status]).toEqual([200, 'ping', 'processed']);
    expect(handled).toMatchObject([{ by: 'ping', webhook: { action: null, payload } }]);
  });

  it('may come as a form, whose bytes are what is signed and stored', async () => {
    const payload = { ...issuePayload(), issue: { number: 1, title: 'Grüße & 100 % + "=" 東京' } };
    const { stored } = await deliver(path, { secret, payload, isForm: true });
    expect(stored).toMatchObject({ status: 'processed', eventType: 'issues.opened' });
    expect(handled[0]?.webhook.payload).toEqual(payload);
    expect(handled[0]?.webhook.request.rawBody.toString()).toMatch(/^payload=%7B/);
  });

  it.each(['{"action":', '[]', 'payload=%7B', 'payload=', 'null'])(
    'whose body is %j fails where it is handled, and is kept',
    async (payload) => {
      const { status, stored } = await deliver(path, { secret, payload });
      expect(status).toBe(200);
      expect(stored).toMatchObject({ status: 'failed', eventType: 'issues', error: { code: 'WEBHOOK_BODY_INVALID' } });
    },
  );

  it('is shown without the addresses of people', async () => {
    const person = { name: 'Mona', email: 'mona@example.com' };
    const commit = { id: 'c0ffee', message: 'Repair it', author: person, committer: person };
    const payload = { ref: 'refs/heads/main', pusher: person, head_commit: commit, commits: [commit] };
    const { stored } = await deliver(path, { secret, event: 'push', payload });
    const { body } = await receiver.integrations.webhooks.show(stored!);
    expect(body).toContain('Repair it');
    expect(body).not.toContain('mona@example.com');
  });
});

describe('createGitHub()', () => {
  it.each([[[]], [['']], [['x', '']], [Array.from({ length: 11 }, () => 'x')], [[undefined as unknown as string]]])(
    'refuses the webhook secrets %j',
    (webhookSecrets) => {
      expect(() => createGitHub({ webhookSecrets })).toThrow(expect.objectContaining({ code: 'OPTIONS_INVALID' }));
    },
  );
});
