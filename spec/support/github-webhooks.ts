/**
 * An application that receives webhooks of GitHub: real HTTP, real Express, and deliveries signed by GitHub's own
 * `@octokit/webhooks`.
 *
 * @module
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { Webhooks } from '@octokit/webhooks';
import express from 'express';
import { afterAll, beforeAll } from 'vitest';
import {
  createIntegrations,
  integrationsRouter,
  type Integrations,
  type IntegrationsOptions,
  type IntegrationWebhookFields,
} from '../../lib/index.js';
import type { GitHubProvider } from '../../providers/github/index.js';
import type { Database } from './database.js';
import { waitFor } from './wait-for.js';

export const gitHubToken = `ghp_${'a'.repeat(36)}`;

/** A delivery, as GitHub sends it. */
export interface GitHubDelivery {
  readonly event: string;
  /** An object is sent as JSON, a text as it is. */
  readonly payload: object | string;
  readonly secret: string;
  /** Default: a new one. */
  readonly id?: string;
  /** With the content type `application/x-www-form-urlencoded`. */
  readonly isForm?: boolean;
}

export interface GitHubReceiver {
  readonly integrations: Integrations<Record<string, GitHubProvider>>;
  /** `path` is that below the base path: `github/webhook`. */
  send(path: string, delivery: GitHubDelivery): Promise<{ readonly status: number; readonly answer: unknown }>;
  /** What was stored of a delivery, once it is over; null: nothing was. */
  outcome(id: string): Promise<IntegrationWebhookFields | null>;
}

/** Starts it before the tests of the file or suite. */
export function useGitHubReceiver(
  database: Database,
  providers: Readonly<Record<string, GitHubProvider>>,
  webhooks: IntegrationsOptions['webhooks'] = {},
): GitHubReceiver {
  const integrations = createIntegrations({
    connection: database.connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 9).toString('base64') }],
    logger: false,
    jobs: { processEverySeconds: 0.2 },
    webhooks: { tries: 1, ...webhooks },
    providers,
  });
  const server = createServer(express().use(integrationsRouter({ integrations })));
  const stored = (deliveryId: string) =>
    integrations.models.IntegrationWebhook.findOne({ deliveryId }).lean<IntegrationWebhookFields | null>();
  beforeAll(async () => {
    await integrations.start();
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await integrations.close();
  });
  return {
    integrations,
    async send(path, delivery) {
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const response = await fetch(`${origin}/integrations/${path}`, await signedRequest(delivery));
      const answer: unknown = await response.json();
      return { status: response.status, answer };
    },
    outcome: (id) =>
      waitFor(
        async () => {
          const webhook = await stored(id);
          if (webhook?.status === 'pending' || webhook?.status === 'processing') throw new Error('It is not over.');
          return webhook;
        },
        { timeout: 20_000, interval: 20 },
      ),
  };
}

/** The request of a delivery. */
export async function signedRequest({ event, payload, secret, id = randomUUID(), isForm = false }: GitHubDelivery) {
  const json = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const body = isForm ? new URLSearchParams({ payload: json }).toString() : json;
  return {
    method: 'POST',
    headers: {
      'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
      'user-agent': 'GitHub-Hookshot/044aadd',
      'x-github-delivery': id,
      'x-github-event': event,
      'x-github-hook-id': '292430182',
      'x-hub-signature-256': await new Webhooks({ secret }).sign(body),
    },
    body,
  };
}
