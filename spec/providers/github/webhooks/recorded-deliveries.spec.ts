import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import type { WebhookDefinition } from '@octokit/webhooks-examples';
import { beforeAll, describe, expect, it } from 'vitest';
import type { IntegrationWebhookFields, WebhookRequest } from '../../../../lib/index.js';
import { createGitHub, type GitHubPayload, type GitHubWebhook } from '../../../../providers/github/index.js';
import { useDatabase } from '../../../support/database.js';
import { gitHubToken, useGitHubReceiver } from '../../../support/github-webhooks.js';
import { waitFor } from '../../../support/wait-for.js';

const TIMEOUT_MS = 60_000;
const secret = "It's a Secret to Everybody";

/** GitHub's own, of github.com and of its Enterprise Server. */
const sets = ['api.github.com', 'ghes-31', 'ghes-32', 'ghes-33', 'ghes-34', 'ghes-35'];

interface Delivery {
  readonly id: string;
  readonly event: string;
  readonly payload: GitHubPayload;
}

/** Each of them once: a release of the server sends much that the one before did. */
const deliveries: readonly Delivery[] = [
  ...new Map(
    sets.flatMap((set) => {
      const definitions = JSON.parse(readFileSync(fileOf(set), 'utf8')) as WebhookDefinition[];
      return definitions.flatMap(({ name, examples }) =>
        // Their types are those of one release.
        examples.map((payload) => deliveryOf(name, payload as unknown as GitHubPayload)),
      );
    }),
  ).values(),
];

function fileOf(set: string): string {
  return createRequire(import.meta.url).resolve(`@octokit/webhooks-examples/${set}/index.json`);
}

function deliveryOf(event: string, payload: GitHubPayload): [string, Delivery] {
  return [JSON.stringify([event, payload]), { id: randomUUID(), event, payload }];
}

const typeOf = ({ event, payload: { action } }: Delivery): string =>
  typeof action === 'string' ? `${event}.${action}` : event;
const types = [...new Set(deliveries.map(typeOf))].sort();
const events = [...new Set(deliveries.map(({ event }) => event))].sort();

/** Every second type has a handler of its own, the others that of their event. */
const ownHandlers = new Set(types.filter((_type, index) => index % 2 === 0));
const handlerFor = (delivery: Delivery): string =>
  ownHandlers.has(typeOf(delivery)) ? typeOf(delivery) : delivery.event;

/** The name of the integration that a delivery is for, as we set them up; null: none. */
function recipientOf({ payload: { installation, repository, organization } }: Delivery): string | null {
  if (installation) return `installation ${installation.id}`;
  if (repository) return `${repository.owner.login}/${repository.name}`.toLowerCase();
  return organization?.login.toLowerCase() ?? null;
}

interface Handled {
  readonly by: string;
  readonly recipient: string | null;
  readonly request: WebhookRequest;
  readonly payload: unknown;
}

const database = useDatabase();
/** By the delivery id, in the order of the calls. */
const handled = new Map<string, Handled[]>();
const handlers = Object.fromEntries(
  [...events, ...ownHandlers].map((by) => [
    by,
    ({ deliveryId, integration, request, payload }: GitHubWebhook) => {
      const calls = handled.get(String(deliveryId)) ?? [];
      handled.set(String(deliveryId), [...calls, { by, recipient: integration?.name ?? null, request, payload }]);
    },
  ]),
);
// Any event may be in the recordings.
const github = createGitHub<Record<string, GitHubPayload>>({ webhooks: handlers, webhookSecrets: [secret] });
const receiver = useGitHubReceiver(database, { github });
const { integrations } = receiver;

/** So many at once, as GitHub would. */
async function forEach<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  const rest = [...items];
  const lane = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 24 }, lane));
}

async function connect(): Promise<void> {
  const { credentials, provider } = { credentials: { token: gitHubToken }, provider: 'github' } as const;
  const recipients = new Map(deliveries.map((delivery) => [recipientOf(delivery), delivery.payload]));
  await forEach([...recipients], async ([name, { installation, repository, organization }]) => {
    if (name === null) return;
    const owner = (repository?.owner ?? organization)?.login;
    const metadata = installation
      ? { installationId: installation.id }
      : { ...(owner !== undefined && { owner }), ...(repository && { repo: repository.name }) };
    await integrations.create({ provider, name, credentials, metadata });
  });
}

const stored = () => integrations.models.IntegrationWebhook.find().lean<IntegrationWebhookFields[]>();

async function settled(times: number): Promise<void> {
  await waitFor(
    async () => {
      const open = await integrations.models.IntegrationWebhook.countDocuments({ status: { $ne: 'processed' } });
      const calls = [...handled.values()].flat().length;
      if (open > 0 || calls < times * deliveries.length) throw new Error(`${open} are open, ${calls} were handled.`);
    },
    { timeout: TIMEOUT_MS, interval: 50 },
  );
}

describe('every delivery that GitHub has published', () => {
  const answers: unknown[] = [];
  let webhooks: ReadonlyMap<string | null, IntegrationWebhookFields>;

  beforeAll(async () => {
    await connect();
    await forEach(deliveries, async ({ id, event, payload }) => {
      const { status, answer } = await receiver.send('github/webhook', { id, event, payload, secret });
      answers.push([status, answer]);
    });
    await settled(1);
    webhooks = new Map((await stored()).map((webhook) => [webhook.deliveryId, webhook]));
  }, TIMEOUT_MS);

  it('is one of several hundred, of all kinds', () => {
    expect(deliveries.length).toBeGreaterThan(400);
    expect(events.length).toBeGreaterThan(55);
    expect(types.length).toBeGreaterThan(150);
  });

  it('is acknowledged', () => {
    expect(answers).toEqual(deliveries.map(() => [200, { status: 'queued' }]));
  });

  it('is stored as it came', () => {
    const bodies = deliveries.map(({ id }) => (webhooks.get(id)?.payload as { value(): Uint8Array }).value());
    expect(bodies.map((body) => Buffer.from(body).toString())).toEqual(
      deliveries.map(({ payload }) => JSON.stringify(payload)),
    );
  });

  it('is typed by its event and action', () => {
    expect(deliveries.map(({ id }) => webhooks.get(id)?.eventType)).toEqual(deliveries.map(typeOf));
  });

  it('is handled once, by the handler of its type, for its integration', () => {
    const expected = deliveries.map((delivery) => [
      { by: handlerFor(delivery), recipient: recipientOf(delivery), payload: delivery.payload },
    ]);
    const calls = deliveries.map(({ id }) =>
      handled.get(id)?.map(({ by, recipient, payload }) => ({ by, recipient, payload })),
    );
    expect(calls).toEqual(expected);
    expect([...webhooks.values()].filter(({ status }) => status !== 'processed')).toEqual([]);
  });

  it(
    'is handled alike when it is replayed, with the very same request',
    async () => {
      await forEach([...webhooks.values()], (webhook) => integrations.replayWebhook(webhook));
      await settled(2);

      const calls = deliveries.map(({ id }) => handled.get(id)?.map(comparable));
      expect(calls.map((ofOne) => ofOne?.length)).toEqual(deliveries.map(() => 2));
      expect(calls.map((ofOne) => ofOne?.[1])).toEqual(calls.map((ofOne) => ofOne?.[0]));
    },
    TIMEOUT_MS,
  );
});

function comparable({ by, recipient, request: { method, url, headers, rawBody } }: Handled) {
  return { by, recipient, method, url, headers: { ...headers }, rawBody: rawBody.toString('latin1') };
}
