import { createServerClock } from '../../../server-clock.js';
import { ok, problem, warning, type Check } from '../finding.js';
import type { InstanceWorld } from '../world.js';

/** What the round trip leaves unknown. */
const allowedSeconds = 2;
/** Senders of webhooks and issuers of tokens allow no more than minutes. */
const dangerousSeconds = 60;

/** Whether the clock of this machine and that of the database agree. */
export const clock: Check<InstanceWorld> = {
  name: 'clock',
  async run({ integrations }) {
    const server = await createServerClock(integrations.models.Integration.db).now();
    const seconds = Math.round((Date.now() - server) / 100) / 10;
    const found = `This machine is ${String(Math.abs(seconds))} s ${seconds < 0 ? 'behind' : 'ahead of'} the database server.`;
    if (Math.abs(seconds) <= allowedSeconds) return [ok(found)];
    const remedy =
      'Have both synchronise their clocks (NTP). Leases go by the server; signatures and tokens by this one.';
    return [Math.abs(seconds) < dangerousSeconds ? warning(found, remedy) : problem(found, remedy)];
  },
};
