import { Option } from '@commander-js/extra-typings';
import type { AddCommand } from '../cli-context.js';
import { capabilityTexts } from '../make-provider/capabilities.js';
import { makeProvider } from '../make-provider/make-provider.js';

const runners = ['vitest', 'node'] as const;

/** `integrations make-provider <key>`: writes a provider and its spec. */
export const addMakeProviderCommand: AddCommand = (program, run) => {
  program
    .command('make-provider')
    .description('writes a provider with a spec that passes; asks what it can do where no flag says so')
    .argument('<key>', 'its registry key: a to z, 0 to 9 and hyphens')
    .option('--webhooks', capabilityTexts.webhooks)
    .option('--oauth', capabilityTexts.oauth)
    .option('--sync', capabilityTexts.sync)
    .option('--incremental', capabilityTexts.incremental)
    .option('--health', capabilityTexts.health)
    .option('--retry', capabilityTexts.retry)
    .option('--redact', capabilityTexts.redact)
    .option('--idempotency', capabilityTexts.idempotency)
    .option('--js', 'JavaScript (.mjs) instead of TypeScript', false)
    .option('--folder <folder>', 'where it is written', 'providers')
    .addOption(
      new Option('--test-runner <runner>', 'of the spec (default: vitest where the project has it, else node)').choices(
        runners,
      ),
    )
    .option('--force', 'overwrites', false)
    .option('--dry-run', 'shows what would be written', false)
    .action(run.apart(makeProvider));
};
