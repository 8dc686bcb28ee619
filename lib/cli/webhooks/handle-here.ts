import { setTimeout as sleep } from 'node:timers/promises';
import type { IntegrationWebhookDocument } from '../../../schemas/integration-webhook.js';
import type { CliContext } from '../cli-context.js';

const pollMs = 200;
/** A little more than the clocks of a process and a database are apart. */
const soonMs = 2_000;

/**
 * Runs the jobs that are due until somebody, here or elsewhere, has handled the webhooks; what is to be tried again
 * later is not waited for.
 */
export async function handleHere(
  { integrations, signal }: Pick<CliContext, 'integrations' | 'signal'>,
  webhooks: readonly IntegrationWebhookDocument[],
): Promise<IntegrationWebhookDocument[]> {
  const ids = webhooks.map(({ _id }) => _id);
  for (;;) {
    await integrations.runDue({ signal });
    signal.throwIfAborted();
    const found = await integrations.models.IntegrationWebhook.find({ _id: { $in: ids } }).read('primary');
    if (found.every(isOver)) return found;
    await sleep(pollMs);
  }
}

function isOver({ status, attempts, lease, availableAt }: IntegrationWebhookDocument): boolean {
  if (status === 'processed' || status === 'failed') return true;
  const isLater = availableAt.getTime() > Date.now() + soonMs;
  return lease === null && attempts > 0 && isLater;
}
