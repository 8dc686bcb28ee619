import type { Command } from '@commander-js/extra-typings';
import type { KeyUsage } from '../../credentials/key-usage.js';
import type { AddCommand, CliContext, RunCommand } from '../cli-context.js';
import { dryRunOption } from '../command-options.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { quantity } from '../quantity.js';
import { table } from '../table.js';

/** `integrations keys`: what is sealed with which key. */
export const addKeysCommand: AddCommand = (program, run) => {
  const keys = program.command('keys').description('the encryption keys');
  keys
    .command('list')
    .description('shows how many integrations are sealed with which key')
    .action(
      run(async ({ integrations, output }) => {
        const usage = await integrations.keyUsage();
        output.result(usage, () => usageText(usage, output.paint));
        return exitCodes.ok;
      }),
    );
  addRotate(keys, run);
};

function addRotate(keys: Command, run: RunCommand): void {
  keys
    .command('rotate')
    .description('seals everything with the first encryption key; may be repeated')
    .addOption(dryRunOption)
    .action(
      run(async (context, { dryRun }) => {
        const { integrations, output } = context;
        const { remaining } = await integrations.rotateKeys({ dryRun: true });
        if (!dryRun) return rotate(context, remaining);
        const usage = await integrations.keyUsage();
        const would = `Would seal ${quantity(remaining, 'document')} anew.`;
        output.result({ dryRun, ...usage, remaining }, () => `${usageText(usage, output.paint)}\n${would}`);
        return exitCodes.ok;
      }),
    );
}

async function rotate({ integrations, output, signal }: CliContext, stale: number): Promise<ExitCode> {
  const progress = output.progress('Sealing anew');
  const rotation = integrations.rotateKeys({
    signal,
    onProgress: ({ resealed, failed }) => progress.update(resealed + failed, stale),
  });
  const result = await rotation.finally(() => progress.end());
  const { resealed, failed, remaining } = result;
  output.result({ dryRun: false, ...result }, () =>
    [
      `Sealed ${quantity(resealed, 'document')} anew; ${String(remaining)} remain.`,
      ...failed.map(({ kind, id, code }) => `${output.paint.red('FAIL')}  ${kind} ${id}  [${code}]`),
    ].join('\n'),
  );
  return remaining === 0 ? exitCodes.ok : exitCodes.failed;
}

function usageText({ keys }: KeyUsage, paint: CliContext['output']['paint']): string {
  return table(
    keys,
    [
      { title: 'key', of: ({ keyId }) => keyId },
      { title: 'integrations', of: ({ integrations }) => integrations },
      { title: 'current', of: ({ isCurrent }) => isCurrent },
      {
        title: 'known',
        of: ({ isKnown }) => isKnown,
        paint: (text, { isKnown }) => (isKnown ? text : paint.red(text)),
      },
    ],
    paint,
  );
}
