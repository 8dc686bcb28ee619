import type { Command } from '@commander-js/extra-typings';
import type { IntegrationSyncItemDocument } from '../../../schemas/integration-sync-item.js';
import type { FailedItemTarget } from '../../sync/operators/failed-items.js';
import type { AddCommand, CliContext, RunCommand } from '../cli-context.js';
import { dryRunOption, limitOption, targetArgument } from '../command-options.js';
import { errorFacts } from '../error-facts.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { findTarget } from '../find-target.js';
import { missingInput } from '../install/invalid-input.js';
import { quantity } from '../quantity.js';
import { table } from '../table.js';

/** `integrations items`: what syncs could not do. */
export const addItemsCommand: AddCommand = (program, run) => {
  const items = program.command('items').description('failed items of syncs');
  addList(items, run);
  items
    .command('retry')
    .description('has failed items tried again, with all their attempts')
    .argument('[ids...]', 'ids of failed items')
    .option('--all', 'all of an integration, or of a run', false)
    .option('--integration <integration>', targetArgument)
    .option('--run <id>', 'id of a sync')
    .addOption(dryRunOption)
    .action(
      run(async (context, ids, options) => {
        const { syncs } = context.integrations;
        const retry: Change = async (target, how) => (await syncs.retry(target, how)).retried;
        return change(context, { ...options, ids, said: retried }, retry);
      }),
    );
  items
    .command('skip')
    .description('gives failed items up, so that they hold no cursor any more')
    .argument('[ids...]', 'ids of failed items')
    .requiredOption('--reason <text>', 'why, in 1 to 500 characters; stored with the items')
    .option('--all', 'all of an integration, or of a run', false)
    .option('--integration <integration>', targetArgument)
    .option('--run <id>', 'id of a sync')
    .addOption(dryRunOption)
    .action(
      run(async (context, ids, { reason, ...options }) => {
        const { syncs } = context.integrations;
        const skip: Change = async (target, how) => (await syncs.skip(target, { ...how, reason })).skipped;
        return change(context, { ...options, ids, said: skipped }, skip);
      }),
    );
};

function addList(items: Command, run: RunCommand): void {
  items
    .command('list')
    .description('lists failed items, the oldest first')
    .argument('[integration]', `${targetArgument}; default: of all`)
    .addOption(limitOption)
    .option('--after <id>', 'those behind the last one of the page before')
    .action(
      run(async ({ integrations, output }, argument, { limit, after = null }) => {
        const target = argument === undefined ? null : await findTarget(integrations, argument);
        const found = await integrations.syncs.failed(target, { limit, after });
        const rows = found.map(itemFacts);
        output.result(rows, () => {
          if (rows.length === 0) return 'No failed items.';
          return table(
            rows,
            [
              { title: 'id', of: ({ id }) => id },
              { title: 'integration', of: ({ integrationId }) => integrationId },
              { title: 'event', of: ({ eventClass }) => eventClass },
              { title: 'external id', of: ({ externalId }) => externalId },
              { title: 'attempts', of: ({ attempts }) => attempts },
              { title: 'failed at', of: ({ completedAt }) => completedAt },
              { title: 'error', of: ({ error }) => error?.message },
            ],
            output.paint,
          );
        });
        return exitCodes.ok;
      }),
    );
}

/** Without what was dispatched. */
function itemFacts(item: IntegrationSyncItemDocument) {
  const { eventClass, externalId, attempts, failedRuns, completedAt, error } = item;
  return {
    id: item._id.toHexString(),
    integrationId: item.integrationId.toHexString(),
    runId: item.syncLogId?.toHexString() ?? null,
    ...{ eventClass, externalId, attempts, failedRuns, completedAt },
    error: errorFacts(error),
  };
}

interface ChangeHow {
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (changed: number) => void;
}

type Change = (target: FailedItemTarget, how: ChangeHow) => Promise<number>;

interface ChangeOptions {
  readonly ids: readonly string[];
  readonly all: boolean;
  readonly integration?: string | undefined;
  readonly run?: string | undefined;
  readonly dryRun: boolean;
  readonly said: Wording;
}

/** How it is said, of what was done and of what would be. */
interface Wording {
  readonly key: 'retried' | 'skipped';
  readonly label: string;
  readonly done: string;
  readonly would: string;
}

const retried: Wording = { key: 'retried', label: 'Retrying', done: 'queued again', would: 'would be queued again' };
const skipped: Wording = { key: 'skipped', label: 'Skipping', done: 'skipped', would: 'would be skipped' };

async function change(context: CliContext, options: ChangeOptions, work: Change): Promise<ExitCode> {
  const { output, signal } = context;
  const { dryRun, said } = options;
  const target = await targetOf(context, options);
  const progress = output.progress(said.label);
  const onProgress = (changed: number): void => progress.update(changed, null);
  const count = await work(target, { dryRun, signal, onProgress }).finally(() => progress.end());
  output.result({ dryRun, [said.key]: count }, () => `${quantity(count, 'item')} ${dryRun ? said.would : said.done}.`);
  return exitCodes.ok;
}

/** @throws IntegrationError `CLI_INPUT_MISSING` where it does not say which, or says it twice */
async function targetOf({ integrations }: CliContext, options: ChangeOptions): Promise<FailedItemTarget> {
  const { ids, all, integration, run: runId } = options;
  const isByIds = ids.length > 0 && !all && integration === undefined && runId === undefined;
  if (isByIds) return ids;
  if (all && ids.length === 0) {
    if (integration !== undefined && runId === undefined)
      return { integration: await findTarget(integrations, integration) };
    if (runId !== undefined && integration === undefined) return { runId };
  }
  throw missingInput('Name the items by their ids, or all of them: --all with --integration or --run.');
}
