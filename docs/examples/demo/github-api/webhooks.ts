import { createHmac, randomUUID } from 'node:crypto';
import type { Issue } from './issue.js';
import type { Repository } from './repository-catalogue.js';
import type { User } from './user.js';

/** A webhook, as set up in a repository. */
export interface Webhook {
  /** `octokit-fixture-org/paginate-issues` */
  readonly repository: string;
  readonly url: string;
  readonly secret: string;
}

/** What was sent to a webhook, and what came back. */
export interface WebhookDelivery {
  readonly id: string;
  readonly event: string;
  readonly action: string | null;
  readonly webhook: Webhook;
  readonly body: string;
  /** Null: there was none. */
  readonly status: number | null;
  /** The answer's body; empty where there was none. */
  readonly answer: string;
}

/** The webhooks of all repositories. As on GitHub, what fails is not sent again by itself. */
export interface Webhooks {
  /** Sets one up, and sends it a ping; resolves when that is answered. */
  add(webhook: Webhook): Promise<WebhookDelivery>;
  /** Sends the same again, under the same id. */
  redeliver(delivery: WebhookDelivery): Promise<WebhookDelivery>;
  /** All deliveries, in the order of their answers. */
  readonly deliveries: readonly WebhookDelivery[];
}

/** Sends `issues` events. */
export type TellOfIssue = (action: string, repository: Repository, issue: Issue, sender: User) => void;

type Unsent = Omit<WebhookDelivery, 'status' | 'answer'>;

export function createWebhooks(): { readonly webhooks: Webhooks; readonly tellOfIssue: TellOfIssue } {
  const all: Webhook[] = [];
  const deliveries: WebhookDelivery[] = [];

  async function deliver(unsent: Unsent): Promise<WebhookDelivery> {
    const delivery = { ...unsent, ...(await send(unsent)) };
    deliveries.push(delivery);
    return delivery;
  }

  return {
    webhooks: {
      deliveries,
      add(webhook) {
        all.push(webhook);
        const hook = { type: 'Repository', id: all.length, active: true, events: ['*'] };
        return deliver(newDelivery(webhook, 'ping', { zen: 'Keep it logically awesome.', hook_id: hook.id, hook }));
      },
      redeliver: deliver,
    },
    tellOfIssue(action, repository, issue, sender) {
      const payload = { action, issue, repository: describe(repository), sender };
      for (const webhook of all) {
        const isMeant = webhook.repository === payload.repository.full_name;
        if (isMeant) void deliver(newDelivery(webhook, 'issues', payload, action));
      }
    },
  };
}

function newDelivery(webhook: Webhook, event: string, payload: object, action: string | null = null): Unsent {
  return { id: randomUUID(), event, action, webhook, body: JSON.stringify(payload) };
}

function describe({ id, owner, name }: Repository) {
  return { id, name, full_name: `${owner}/${name}`, owner: { login: owner } };
}

async function send({ id, event, webhook, body }: Unsent): Promise<Pick<WebhookDelivery, 'status' | 'answer'>> {
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/0000000',
    'x-github-delivery': id,
    'x-github-event': event,
    'x-hub-signature-256': `sha256=${createHmac('sha256', webhook.secret).update(body).digest('hex')}`,
  };
  try {
    const response = await fetch(webhook.url, { method: 'POST', headers, body, signal: AbortSignal.timeout(10_000) });
    return { status: response.status, answer: await response.text() };
  } catch {
    return { status: null, answer: '' };
  }
}
