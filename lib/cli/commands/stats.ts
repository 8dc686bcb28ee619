import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { IntegrationStats } from '../../reports/stats.js';
import { statsWindows, type StatsWindow } from '../../reports/stats-windows.js';
import type { AddCommand } from '../cli-context.js';
import { targetArgument } from '../command-options.js';
import { everyPage } from '../every-page.js';
import { exitCodes } from '../exit-codes.js';
import { findTarget } from '../find-target.js';
import { noIntegrations } from '../no-integrations.js';
import type { Paint } from '../paint.js';
import { table } from '../table.js';

/** `integrations stats`: what the integrations have done lately. */
export const addStatsCommand: AddCommand = (program, run) => {
  program
    .command('stats')
    .description('shows calls and syncs of the last 24 hours, 7 days and 30 days')
    .argument('[integration]', `${targetArgument}; default: all`)
    .option('--provider <key>', 'only those of a provider')
    .option('--window <time>', 'shows only 24h, 7d or 30d', parseWindow)
    .action(
      run(async ({ integrations, output, signal }, argument, { window, ...filter }) => {
        const found =
          argument === undefined
            ? await everyPage((page) => integrations.stats({ ...filter, ...page }), signal)
            : await integrations.stats({ target: await findTarget(integrations, argument) });
        output.result(found, () =>
          found.length === 0 ? noIntegrations : statsTable(found, window ? [window] : statsWindows, output.paint),
        );
        return exitCodes.ok;
      }),
    );
};

const labels: Readonly<Record<StatsWindow, string>> = { last24Hours: '24h', last7Days: '7d', last30Days: '30d' };

function parseWindow(text: string): StatsWindow {
  const window = statsWindows.find((name) => labels[name] === text);
  if (window !== undefined) return window;
  throw new InvalidArgumentError('Expected 24h, 7d or 30d.');
}

function statsTable(found: readonly IntegrationStats[], windows: readonly StatsWindow[], paint: Paint): string {
  const rows = found.flatMap((stats) =>
    windows.map((window) => ({ ...stats[window], window, provider: stats.provider, name: stats.name })),
  );
  return table(
    rows,
    [
      { title: 'name', of: ({ name }) => name },
      { title: 'provider', of: ({ provider }) => provider },
      { title: 'window', of: ({ window }) => labels[window] },
      { title: 'requests', of: ({ requests }) => requests },
      { title: 'errors', of: ({ errorShare }) => percent(errorShare) },
      { title: 'latency', of: ({ averageLatencyMs }) => milliseconds(averageLatencyMs) },
      { title: 'p95', of: ({ p95LatencyMs }) => milliseconds(p95LatencyMs) },
      { title: 'cache hits', of: ({ cacheHitShare }) => percent(cacheHitShare) },
      { title: 'syncs ok', of: ({ syncs }) => syncs.success },
      { title: 'partial', of: ({ syncs }) => syncs.partial },
      { title: 'failed', of: ({ syncs }) => syncs.failed },
    ],
    paint,
  );
}

function percent(share: number | null): string | null {
  return share === null ? null : `${(share * 100).toFixed(1)} %`;
}

function milliseconds(time: number | null): string | null {
  return time === null ? null : `${String(Math.round(time))} ms`;
}
