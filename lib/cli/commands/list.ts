import type { AddCommand } from '../cli-context.js';
import { everyPage } from '../every-page.js';
import { exitCodes } from '../exit-codes.js';
import { noIntegrations } from '../no-integrations.js';
import { table } from '../table.js';

/** `integrations list`: what is configured. */
export const addListCommand: AddCommand = (program, run) => {
  program
    .command('list')
    .description('lists the integrations')
    .option('--provider <key>', 'only those of a provider')
    .action(
      run(async ({ integrations, output, signal }, filter) => {
        const rows = await everyPage((page) => integrations.overview({ ...filter, ...page }), signal);
        output.result(rows, () => {
          if (rows.length === 0) return noIntegrations;
          return table(
            rows,
            [
              { title: 'id', of: ({ id }) => id },
              { title: 'provider', of: ({ provider }) => provider },
              { title: 'name', of: ({ name }) => name },
              { title: 'active', of: ({ isActive }) => isActive },
              { title: 'needs reauthorization', of: ({ needsReauthorization }) => needsReauthorization },
              { title: 'last sync', of: ({ lastSyncedAt }) => lastSyncedAt },
              { title: 'next sync', of: ({ nextSyncAt, syncPausedAt }) => (syncPausedAt ? 'paused' : nextSyncAt) },
            ],
            output.paint,
          );
        });
        return exitCodes.ok;
      }),
    );
};
