import type { AddCommand, CliContext } from '../cli-context.js';
import { dryRunOption, targetArgument } from '../command-options.js';
import { parseDuration } from '../duration.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { findTarget } from '../find-target.js';
import { missingInput } from '../install/invalid-input.js';
import { syncDue } from '../sync/sync-due.js';
import { awaitRun } from '../sync/await-run.js';
import { resultText } from '../sync/sync-outcome.js';

/** `integrations sync`: begins what is due, or a certain sync. */
export const addSyncCommand: AddCommand = (program, run) => {
  program
    .command('sync')
    .description('begins the syncs that are due, or that of one integration')
    .argument('[integration]', `${targetArgument}; default: all that are due by their schedule`)
    .option('--full', 'lists everything, whatever the cursor says; of one integration', false)
    .option('--wait', 'waits for the end, running the jobs here; the exit code is the outcome', false)
    .option('--timeout <time>', 'waits for so long at most: 90s, 15m, 2h', parseDuration)
    .addOption(dryRunOption)
    .action(
      run(async (context, argument, options) => {
        if (argument !== undefined) return syncOne(context, argument, options);
        if (options.full) throw missingInput('--full is for one integration: name it.');
        return syncDue(context, options);
      }),
    );
};

interface SyncOneOptions {
  readonly full: boolean;
  readonly wait: boolean;
  readonly dryRun: boolean;
  readonly timeout?: number | undefined;
}

async function syncOne(context: CliContext, argument: string, options: SyncOneOptions): Promise<ExitCode> {
  const { integrations, output } = context;
  const { full, wait, dryRun, timeout } = options;
  const integration = await findTarget(integrations, argument);
  const integrationId = integration._id.toHexString();
  if (dryRun) {
    const { joins } = await integrations.syncs.plan(integration, { full });
    output.result({ dryRun, integrationId, joins }, () =>
      joins === null
        ? `Would begin a${full ? ' full' : ''} sync.`
        : `Would join the sync ${joins}, which is under way.`,
    );
    return exitCodes.ok;
  }
  const { runId, isNew } = await integrations.syncNow(integration, { full });
  const begun = isNew ? `Begun: sync ${runId}.` : `Under way already: sync ${runId}.`;
  if (!wait) {
    output.result({ integrationId, runId, isNew }, () => `${begun} A process that runs jobs goes on with it.`);
    return exitCodes.ok;
  }
  output.note(begun);
  const ended = await awaitRun(context, runId, timeout ?? null);
  output.result({ integrationId, ...ended }, () => resultText(ended));
  return ended.outcome === 'success' ? exitCodes.ok : exitCodes.failed;
}
