import type { DueSync } from '../../sync/schedule/due-tick.js';
import type { CliContext } from '../cli-context.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { table, type Column } from '../table.js';
import { waitForEnd } from './await-run.js';
import type { EndedSync } from './sync-outcome.js';

export interface SyncDueOptions {
  readonly wait: boolean;
  readonly dryRun: boolean;
  readonly timeout?: number | undefined;
}

type Row = DueSync & { readonly ended: EndedSync | null };

/** Begins all that is due, and waits for it if asked to. */
export async function syncDue(context: CliContext, { wait, dryRun, timeout }: SyncDueOptions): Promise<ExitCode> {
  const { integrations, output, signal } = context;
  const due = await integrations.syncs.beginDue({ dryRun, signal });
  signal.throwIfAborted();
  const isWaiting = wait && !dryRun && due.length > 0;
  const rows = isWaiting
    ? await awaitAll(context, due, timeout ?? null)
    : due.map((sync) => ({ ...sync, ended: null }));
  output.result(isWaiting ? rows : due, () => {
    if (rows.length === 0) return 'No sync is due.';
    return table(rows, isWaiting ? [...columns, ...endColumns] : columns, output.paint);
  });
  return rows.some(isBad) ? exitCodes.failed : exitCodes.ok;
}

/** One after the other: what waits runs the jobs of all of them. */
async function awaitAll(context: CliContext, due: readonly DueSync[], timeout: number | null): Promise<Row[]> {
  const deadline = timeout === null ? null : Date.now() + timeout * 1_000;
  const progress = context.output.progress('Syncs');
  const rows: Row[] = [];
  try {
    for (const sync of due) {
      progress.update(rows.length, due.length);
      const left = deadline === null ? null : Math.max(0, deadline - Date.now()) / 1_000;
      const { runId } = sync;
      rows.push({
        ...sync,
        ended: runId === null ? null : await waitForEnd(context, { runId, timeoutSeconds: left }),
      });
    }
    progress.update(rows.length, due.length);
    return rows;
  } finally {
    progress.end();
  }
}

function isBad({ outcome, ended }: Row): boolean {
  return outcome === 'failed' || (ended !== null && ended.outcome !== 'success');
}

const said: Readonly<Record<DueSync['outcome'], string>> = {
  begun: 'begun',
  underWay: 'under way already',
  failed: 'could not begin',
  due: 'would begin',
};

const columns: readonly Column<Row>[] = [
  { title: 'integration', of: ({ integrationId }) => integrationId },
  { title: 'provider', of: ({ provider }) => provider },
  { title: 'name', of: ({ name }) => name },
  { title: 'sync', of: ({ outcome }) => said[outcome] },
  { title: 'run', of: ({ runId }) => runId },
];

const endColumns: readonly Column<Row>[] = [
  { title: 'outcome', of: ({ ended }) => (ended === null ? null : (ended.outcome ?? 'not over')) },
  { title: 'succeeded', of: ({ ended }) => ended?.succeeded },
  { title: 'failed', of: ({ ended }) => ended?.failed },
  { title: 'error', of: ({ ended }) => ended?.error },
];
