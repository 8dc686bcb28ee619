import { Command, Option } from '@commander-js/extra-typings';
import type { AddCommand, RunCommand } from './cli-context.js';
import { collect } from './collect.js';
import { addCircuitCommand } from './commands/circuit.js';
import { addDoctorCommand } from './commands/doctor.js';
import { addHealthCommand } from './commands/health.js';
import { addInstallCommand } from './commands/install.js';
import { addItemsCommand } from './commands/items.js';
import { addKeysCommand } from './commands/keys.js';
import { addListCommand } from './commands/list.js';
import { addMakeProviderCommand } from './commands/make-provider.js';
import { addPruneCommand } from './commands/prune.js';
import { addRateLimitCommand } from './commands/rate-limit.js';
import { addRequestsCommand } from './commands/requests.js';
import { addSetupCommand } from './commands/setup.js';
import { addStatsCommand } from './commands/stats.js';
import { addSyncCommand } from './commands/sync.js';
import { addTestCommand } from './commands/test.js';
import { addWebhooksCommand } from './commands/webhooks.js';
import type { Streams } from './streams.js';

/** What holds for all commands. */
export interface GlobalOptions {
  readonly config?: string | undefined;
  readonly import: readonly string[];
  readonly mongodbUri?: string | undefined;
  readonly json: boolean;
  readonly color: boolean;
}

export interface ProgramParts {
  readonly version: string;
  readonly streams: Streams;
  readonly createRun: (options: () => GlobalOptions) => RunCommand;
}

const commands: readonly AddCommand[] = [
  addSetupCommand,
  addInstallCommand,
  addMakeProviderCommand,
  addDoctorCommand,
  addListCommand,
  addHealthCommand,
  addStatsCommand,
  addTestCommand,
  addSyncCommand,
  addItemsCommand,
  addWebhooksCommand,
  addRequestsCommand,
  addCircuitCommand,
  addRateLimitCommand,
  addKeysCommand,
  addPruneCommand,
];

/** The command line: what can be said on it, and who does it. Where it makes no sense, it throws a `CommanderError`. */
export function createProgram({ version, streams, createRun }: ProgramParts): Command {
  const program = new Command('integrations');
  program
    .description('Operates the integrations of an application.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      writeErr: (text) => streams.stderr.write(text),
    })
    .showHelpAfterError('Add --help for what there is.')
    .configureHelp({ showGlobalOptions: true });
  const withOptions = program
    .option('-c, --config <file>', 'what exports the instance (default: integrations.config.mjs, .js, .cjs, .mts, .ts)')
    .option('-i, --import <module>', 'imports a module first; it may make the instance (repeatable)', collect, [])
    .addOption(new Option('--mongodb-uri <uri>', 'the database, where nothing else opens it').env('MONGODB_URI'))
    .option('--json', 'results as JSON', false)
    .option('--no-color', 'no colours (NO_COLOR does the same)');
  const run = createRun(() => withOptions.opts());
  for (const add of commands) add(program, run);
  return program;
}
