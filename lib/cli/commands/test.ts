import { hasHealthCheck } from '../../../providers/capabilities.js';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { AddCommand, CliContext } from '../cli-context.js';
import { dryRunOption, targetArgument } from '../command-options.js';
import { everyPage } from '../every-page.js';
import { exitCodes } from '../exit-codes.js';
import { failureText } from '../failure-text.js';
import { findTarget } from '../find-target.js';
import { inLanes } from '../in-lanes.js';
import type { Output } from '../output.js';
import { cellText } from '../table.js';

interface TestResult {
  readonly id: string;
  readonly provider: string;
  readonly name: string;
  readonly healthy: boolean;
  readonly durationMs: number;
  /** Null: it works, or the check merely said no. */
  readonly error: string | null;
}

/** They wait for other APIs most of the time. */
const atOnce = 5;

/** `integrations test`: asks the other APIs whether the connections work. */
export const addTestCommand: AddCommand = (program, run) => {
  program
    .command('test')
    .description('asks the other APIs whether the connections work, and records it')
    .argument('[integration]', `${targetArgument}; default: all active ones whose providers can tell`)
    .addOption(dryRunOption)
    .action(
      run(async (context, argument, { dryRun }) => {
        const { integrations, output } = context;
        const found = argument === undefined ? await testable(context) : [await findTarget(integrations, argument)];
        if (dryRun) return sayWhich(output, found);
        const results = await testAll(context, found);
        output.result(results, () => (results.length === 0 ? noneText : results.map(lineOf(output)).join('\n')));
        return results.every(({ healthy }) => healthy) ? exitCodes.ok : exitCodes.failed;
      }),
    );
};

const noneText = 'No active integration has a provider that can check its health.';

async function testable({ integrations, signal }: CliContext): Promise<IntegrationDocument[]> {
  const active = await everyPage((page) => integrations.list({ ...page, isActive: true }), signal);
  return active.filter(({ provider }) => {
    const entry = integrations.providers.find(provider);
    return entry !== null && hasHealthCheck(entry.provider);
  });
}

function sayWhich(output: Output, found: readonly IntegrationDocument[]) {
  const rows = found.map(({ _id, provider, name }) => ({ id: _id.toHexString(), provider, name }));
  output.result({ dryRun: true, integrations: rows }, () =>
    rows.length === 0 ? noneText : rows.map(({ provider, name }) => `Would test ${labelOf(provider, name)}`).join('\n'),
  );
  return exitCodes.ok;
}

async function testAll({ integrations, output, signal }: CliContext, found: readonly IntegrationDocument[]) {
  const progress = output.progress('Testing');
  let done = 0;
  try {
    return await inLanes(found, atOnce, async (integration): Promise<TestResult> => {
      signal.throwIfAborted();
      const { healthy, durationMs, error } = await integrations.healthCheck(integration);
      progress.update((done += 1), found.length);
      const { _id, provider, name } = integration;
      const reason = error === undefined ? null : await failureText(integration, error);
      return { id: _id.toHexString(), provider, name, healthy, durationMs, error: reason };
    });
  } finally {
    progress.end();
  }
}

function lineOf({ paint }: Output): (result: TestResult) => string {
  return ({ provider, name, healthy, durationMs, error }) => {
    const verdict = healthy ? paint.green('PASS') : paint.red('FAIL');
    const reason = error === null ? '' : `: ${error}`;
    return `${verdict}  ${labelOf(provider, name)}  ${String(durationMs)} ms${reason}`;
  };
}

function labelOf(provider: string, name: string): string {
  return `${cellText(provider)}/${cellText(name)}`;
}
