import type { AddCommand } from '../cli-context.js';
import { setup } from '../setup/setup.js';

/** `integrations setup`: makes collections and indexes. */
export const addSetupCommand: AddCommand = (program, run) => {
  program
    .command('setup')
    .description('makes the collections and indexes; offers to write a configuration where there is none')
    .option('--dry-run', 'lists what is missing, and makes nothing', false)
    .action(run.apart(setup));
};
