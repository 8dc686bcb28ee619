import { ok, warning, type Check, type Finding } from '../finding.js';
import { quantity } from '../../quantity.js';
import { scanIntegrations, someOf } from '../scan-integrations.js';
import type { InstanceWorld } from '../world.js';

/** Whether the integrations are well. */
export const integrationsHealth: Check<InstanceWorld> = {
  name: 'integrations',
  async run({ integrations, signal }) {
    const lists = {
      reauthorize: [] as unknown[],
      failing: [] as unknown[],
      off: [] as unknown[],
      stale: [] as unknown[],
    };
    let total = 0;
    const rows = scanIntegrations(integrations, 'isActive', 'healthStatus', 'authStatus', 'staleSince');
    for await (const { _id, isActive, healthStatus, authStatus, staleSince } of rows) {
      signal.throwIfAborted();
      total += 1;
      if (healthStatus === 'disabled') lists.off.push(_id);
      if (!isActive) continue;
      if (authStatus === 'needsReauthorization') lists.reauthorize.push(_id);
      if (healthStatus === 'failing') lists.failing.push(_id);
      if (staleSince !== null) lists.stale.push(_id);
    }
    const findings = [
      ...found(
        lists.reauthorize,
        'must be authorized again',
        'Have somebody connect them again, or give new credentials.',
      ),
      ...found(lists.failing, 'failing', 'See `integrations health`, and `integrations requests failed`.'),
      ...found(lists.off, 'switched off by failures', 'Find out why, and enable them: integrations.enable(id).'),
      ...found(lists.stale, 'without a clean sync for long', 'See `integrations items list`.'),
    ];
    return findings.length === 0 ? [ok(`${quantity(total, 'integration')}, none in trouble.`)] : findings;
  },
};

function found(ids: readonly unknown[], state: string, remedy: string): Finding[] {
  return ids.length === 0 ? [] : [warning(`${quantity(ids.length, 'integration')} ${state}: ${someOf(ids)}.`, remedy)];
}
