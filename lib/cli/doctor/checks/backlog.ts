import { createServerClock } from '../../../server-clock.js';
import { countBacklog, most, type Backlog } from '../backlog-counts.js';
import { ok, warning, type Check, type Finding } from '../finding.js';
import { quantity } from '../../quantity.js';
import type { InstanceWorld } from '../world.js';
import { minuteMs } from '../../../time-units.js';

/** What could have been handled that long ago waits for a worker. */
const overdueMs = 5 * minuteMs;

/** Whether webhooks and sync items are handled. */
export const backlog: Check<InstanceWorld> = {
  name: 'backlog',
  async run({ integrations: { models } }) {
    const now = await createServerClock(models.Integration.db).now();
    const findings = findingsOf(await countBacklog(models, new Date(now - overdueMs)));
    return findings.length === 0 ? [ok('Nothing waits, and nothing has failed.')] : findings;
  },
};

function findingsOf({ overdueWebhooks, overdueBatches, failedWebhooks, failedItems }: Backlog): Finding[] {
  return [
    ...found(
      overdueWebhooks,
      `${shown(overdueWebhooks, 'webhook')} should have been handled more than five minutes ago.`,
      'See that a process runs that has called start(); `integrations webhooks recover` frees what a crash left.',
    ),
    ...found(
      overdueBatches,
      `${shown(overdueBatches, 'batch', 'batches')} of sync items should have been worked on more than five minutes ago.`,
      'See that a process runs that has called start(), and listens to the items.',
    ),
    ...found(
      failedWebhooks,
      `${shown(failedWebhooks, 'webhook')} failed.`,
      'Replay them: `integrations webhooks replay`.',
    ),
    ...found(
      failedItems,
      `${shown(failedItems, 'sync item')} failed; their cursors wait for them.`,
      'Look at them: `integrations items list`; then retry or skip them.',
    ),
  ];
}

function found(count: number, what: string, remedy: string): Finding[] {
  return count === 0 ? [] : [warning(what, remedy)];
}

function shown(count: number, noun: string, plural = `${noun}s`): string {
  return count >= most ? `${String(most)} ${plural} or more` : quantity(count, noun, plural);
}
