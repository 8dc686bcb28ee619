import { InvalidArgumentError } from '@commander-js/extra-typings';
import { pruneTargets, type PruneTarget } from '../../prune/prune-target.js';
import type { AddCommand } from '../cli-context.js';
import { dryRunOption } from '../command-options.js';
import { exitCodes } from '../exit-codes.js';
import type { Progress } from '../progress.js';
import { table } from '../table.js';

/** `integrations prune`: deletes what is older than `retention` says. */
export const addPruneCommand: AddCommand = (program, run) => {
  program
    .command('prune')
    .description('deletes what is older than the option `retention` says')
    .option('--only <collection>', `only that: ${pruneTargets.join(', ')} (repeatable)`, collectTarget, [])
    .addOption(dryRunOption)
    .action(
      run(async ({ integrations, output, signal }, { only, dryRun }) => {
        let bar: { readonly of: PruneTarget; readonly progress: Progress } | null = null;
        const label = dryRun ? 'Looking through' : 'Pruning';
        const pruning = integrations.prune({
          dryRun,
          signal,
          ...(only.length > 0 && { only }),
          onProgress({ collection, deleted, expected }) {
            if (bar?.of !== collection) {
              bar?.progress.end();
              bar = { of: collection, progress: output.progress(`${label} ${collection}`) };
            }
            bar.progress.update(deleted, expected);
          },
        });
        const result = await pruning.finally(() => bar?.progress.end());
        output.result(result, () => {
          const rows = Object.entries(result.collections);
          return table(
            [...rows, ['total', result.total] as const],
            [
              { title: 'collection', of: ([name]) => name },
              { title: dryRun ? 'would be deleted' : 'deleted', of: ([, count]) => count },
            ],
            output.paint,
          );
        });
        return exitCodes.ok;
      }),
    );
};

function collectTarget(text: string, earlier: readonly PruneTarget[]): readonly PruneTarget[] {
  const target = pruneTargets.find((name) => name === text);
  if (target !== undefined) return [...earlier, target];
  throw new InvalidArgumentError(`Expected one of ${pruneTargets.join(', ')}.`);
}
