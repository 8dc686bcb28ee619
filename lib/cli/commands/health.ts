import type { HealthStatus } from '../../../schemas/integration.js';
import type { IntegrationOverview } from '../../reports/overview.js';
import type { AddCommand } from '../cli-context.js';
import { everyPage } from '../every-page.js';
import { exitCodes } from '../exit-codes.js';
import { noIntegrations } from '../no-integrations.js';
import type { Paint } from '../paint.js';
import { table } from '../table.js';

/** `integrations health`: how the integrations are, as recorded; asks no other API. */
export const addHealthCommand: AddCommand = (program, run) => {
  program
    .command('health')
    .description('shows the recorded health of the integrations')
    .option('--provider <key>', 'only those of a provider')
    .option('--exit-code', 'ends with 1 where an active one is not healthy, or needs to be connected again', false)
    .action(
      run(async ({ integrations, output, signal }, { exitCode, ...filter }) => {
        const rows = await everyPage((page) => integrations.overview({ ...filter, ...page }), signal);
        output.result(rows, () => (rows.length === 0 ? noIntegrations : healthTable(rows, output.paint)));
        return exitCode && rows.some(isInNeed) ? exitCodes.failed : exitCodes.ok;
      }),
    );
};

function isInNeed({ isActive, healthStatus, needsReauthorization }: IntegrationOverview): boolean {
  return isActive && (healthStatus !== 'healthy' || needsReauthorization);
}

function healthTable(rows: readonly IntegrationOverview[], paint: Paint): string {
  const colours: Readonly<Record<HealthStatus, (text: string) => string>> = {
    healthy: paint.green,
    degraded: paint.yellow,
    failing: paint.red,
    disabled: paint.dim,
  };
  return table(
    rows,
    [
      { title: 'name', of: ({ name }) => name },
      { title: 'provider', of: ({ provider }) => provider },
      {
        title: 'status',
        of: ({ healthStatus }) => healthStatus,
        paint: (text, { healthStatus }) => colours[healthStatus](text),
      },
      { title: 'failures', of: ({ consecutiveFailures }) => consecutiveFailures },
      {
        title: 'needs reauthorization',
        of: ({ needsReauthorization }) => needsReauthorization,
        paint: (text, { needsReauthorization }) => (needsReauthorization ? paint.red(text) : text),
      },
      { title: 'circuit', of: ({ circuit }) => circuit },
      { title: 'incident', of: ({ openIncident }) => openIncident },
      { title: 'stale', of: ({ isStale }) => isStale },
      { title: 'failed items', of: ({ failedSyncItems }) => failedSyncItems },
      { title: 'failed webhooks', of: ({ failedWebhooks }) => failedWebhooks },
      { title: 'active', of: ({ isActive }) => isActive },
      { title: 'last error', of: ({ lastErrorAt }) => lastErrorAt },
      { title: 'id', of: ({ id }) => id },
    ],
    paint,
  );
}
