import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';

/** What the benchmarks of webhooks sign with. */
export const webhookSecret = 'bench-webhook-secret-0123456789';

/** Where a delivery carries the moment at which it was sent, in milliseconds since the epoch, with fractions. */
export const sentAtHeader = 'x-sent-at';

/** Milliseconds since the epoch, with fractions: the same in all processes of a machine. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

interface Examples {
  readonly name: string;
  readonly examples: readonly object[];
}

/** A push that GitHub once delivered, of 7 kB. */
export const webhookBody = recordedPush();

/**
 * As GitHub sends them. Its signature is of the body alone: what differs between deliveries is their id, which is added
 * to these.
 */
export const webhookHeaders = {
  accept: '*/*',
  'content-type': 'application/json',
  'user-agent': 'GitHub-Hookshot/f00ba12',
  'x-github-event': 'push',
  'x-github-hook-id': '471234567',
  'x-github-hook-installation-target-id': '186853002',
  'x-github-hook-installation-target-type': 'repository',
  'x-hub-signature-256': `sha256=${createHmac('sha256', webhookSecret).update(webhookBody).digest('hex')}`,
} as const;

function recordedPush(): Buffer {
  const all = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly Examples[];
  const [push] = all.find(({ name }) => name === 'push')?.examples ?? [];
  if (push === undefined) throw new Error('@octokit/webhooks-examples has no push any more.');
  return Buffer.from(JSON.stringify(push));
}
