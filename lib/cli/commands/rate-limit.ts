import type { Command } from '@commander-js/extra-typings';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { RateLimitReport } from '../../rate-limits/rate-limit-report.js';
import type { AddCommand, CliContext, RunCommand } from '../cli-context.js';
import { dryRunOption, targetArgument } from '../command-options.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { findTarget } from '../find-target.js';
import { forOption, holdOptions, holdText } from '../hold.js';
import { parseRateLimit, rateLimitText } from '../rate-limit-text.js';
import { properties, table } from '../table.js';

/** `integrations rate-limit`: how many calls an integration may make, and the operator's word over it. */
export const addRateLimitCommand: AddCommand = (program, run) => {
  const rateLimit = program.command('rate-limit').description('the rate limits of an integration');
  rateLimit
    .command('show')
    .description('shows what is declared, used, and set instead')
    .argument('<integration>', targetArgument)
    .action(run(async (context, argument) => say(context, await findTarget(context.integrations, argument))));
  addSet(rateLimit, run);
  rateLimit
    .command('clear')
    .description('goes back to what the provider declares')
    .argument('<integration>', targetArgument)
    .addOption(dryRunOption)
    .action(
      run(async (context, argument, { dryRun }) => {
        const { integrations, output } = context;
        const target = await findTarget(integrations, argument);
        if (!dryRun) await integrations.rateLimits.clearOverride(target);
        output.note(`${dryRun ? 'Would go' : 'Goes'} back to what is declared.`);
        return say(context, target, { dryRun });
      }),
    );
};

function addSet(rateLimit: Command, run: RunCommand): void {
  rateLimit
    .command('set')
    .description('sets another limit for all calls of an integration, in all processes')
    .argument('<integration>', targetArgument)
    .argument('<limit>', 'such as 100/minute, 5000/hour, 50/10s', parseRateLimit)
    .addOption(forOption('it is cleared'))
    .addOption(dryRunOption)
    .action(
      run(async (context, argument, limit, { for: forSeconds, dryRun }) => {
        const { integrations, output } = context;
        const target = await findTarget(integrations, argument);
        if (!dryRun) await integrations.rateLimits.override(target, limit, holdOptions(forSeconds));
        const time = holdText(forSeconds, 'it is cleared');
        output.note(`${dryRun ? 'Would set' : 'Set'} ${rateLimitText(limit)} ${time}.`);
        return say(context, target, { dryRun });
      }),
    );
}

/** The limits as they are: in a dry run as they stay. */
async function say(
  { integrations, output }: CliContext,
  target: IntegrationDocument,
  facts: { readonly dryRun?: boolean } = {},
): Promise<ExitCode> {
  const report = await integrations.rateLimits.inspect(target);
  output.result({ integrationId: target._id.toHexString(), ...facts, ...report }, () => textOf(report, output.paint));
  return exitCodes.ok;
}

function textOf(
  { declared, override, suppressedUntil }: RateLimitReport,
  paint: CliContext['output']['paint'],
): string {
  const limits =
    declared.length === 0
      ? 'The provider declares no limit.'
      : table(
          declared,
          [
            { title: 'declared', of: (row) => rateLimitText(row) },
            { title: 'used', of: ({ used }) => used },
            { title: 'counted', of: ({ kind }) => kind },
            { title: 'endpoints', of: ({ endpoints }) => endpoints?.join(', ') ?? 'all' },
            { title: 'shared', of: ({ isShared }) => isShared },
          ],
          paint,
        );
  const held = properties(
    [
      ['set instead', override && rateLimitText(override)],
      ['set until', override && (override.until ?? 'it is cleared')],
      ['used of that', override?.used],
      ['held back until', suppressedUntil],
    ],
    paint,
  );
  return `${limits}\n\n${held}`;
}
