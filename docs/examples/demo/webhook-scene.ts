import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IntegrationWebhookFields } from 'express-integrations';
import type { WebhookDelivery } from './github-api/index.js';
import type { ReportedIssue } from './instance.js';
import type { Stage } from './stage.js';
import { fit } from './terminal.js';
import { startWorkers } from './workers.js';

/** GitHub tells of an issue: at once, once more, and somebody else tells lies. */
export async function webhookScene({ open, ask, say, table, world }: Stage): Promise<void> {
  open(
    'Webhooks',
    'GitHub tells of an issue that is opened. The application verifies, stores and acknowledges; a worker handles it.',
  );
  const { api, origin, integration, webhookSecret, connection, settings } = world;
  const workers = await startWorkers(1, settings);
  try {
    const url = `${origin}/integrations/github/${integration.id}/webhook`;
    const repository = 'octokit-fixture-org/paginate-issues';
    const ping = await api.webhooks.add({ repository, url, secret: webhookSecret });
    await ask('POST', '/issues', 201);
    const opened = await until('a delivery', () => api.webhooks.deliveries.find(({ event }) => event === 'issues'));
    const again = await api.webhooks.redeliver(opened);
    const guessed = { ...opened.webhook, secret: 'a guess' };
    const forged = await api.webhooks.redeliver({ ...opened, id: 'forged', webhook: guessed });
    const handled = await until('that it is handled', async () => {
      const stored = await integration.webhooks().lean();
      return stored.every(({ status }) => status === 'processed') ? stored : undefined;
    });
    table(deliveryTable({ ping, opened, again, forged }, handled));
    assert.deepEqual(
      [ping, opened, again, forged].map(({ status }) => status),
      [200, 200, 200, 401],
      'answers to the deliveries',
    );
    const [issue, another] = await connection.collection<ReportedIssue>('reported_issues').find().toArray();
    assert.ok(issue !== undefined && another === undefined && issue.timesHandled === 1, 'one issue, handled once');
    assert.notEqual(issue.pid, process.pid, 'another process handled it');
    say(`The worker was told of "${issue.title}", once.`);
  } finally {
    await workers.end();
  }
}

type Row = readonly [what: string, event: string, answer: string, became: string];

function deliveryTable(
  deliveries: Readonly<Record<string, WebhookDelivery>>,
  stored: readonly IntegrationWebhookFields[],
): string[] {
  const rows = Object.entries(deliveries).map(([what, { id, event, action, status, answer }]): Row => {
    const webhook = stored.find(({ deliveryId }) => deliveryId === id);
    const said = JSON.parse(answer) as { readonly status: unknown; readonly code?: string };
    return [
      what,
      action === null ? event : `${event}.${action}`,
      `${String(status)} ${said.code ?? String(said.status)}`,
      webhook?.status ?? 'not stored',
    ];
  });
  const head: Row = ['sent', 'event', 'answer', 'then'];
  return [head, ...rows].map(([what, event, answer, became]) =>
    `${fit(what, 8)} ${fit(event, 14)} ${fit(answer, 30)} ${became}`.trimEnd(),
  );
}

/** Looks every now and then, for ten seconds at most. */
async function until<Found>(what: string, look: () => Found | undefined | Promise<Found | undefined>): Promise<Found> {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error(`The demo waited in vain for ${what}.`);
}
