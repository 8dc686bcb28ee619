import type { AddCommand } from '../cli-context.js';
import { collect } from '../collect.js';
import { install } from '../install/install.js';

/** `integrations install <provider>`: asks for what is required, checks it, and stores it. */
export const addInstallCommand: AddCommand = (program, run) => {
  program
    .command('install')
    .description('creates an integration, or gives the one of that name new credentials')
    .argument('<provider>', 'key of a registered provider')
    .option('-n, --name <text>', 'what it is called (default: the name of the provider)')
    .option('--owner <Model:id>', 'whose it is (default: nobody’s)')
    .option(
      '--credential <key=value>',
      'a credential (repeatable); @file reads a file, - standard input, @@ is one @',
      collect,
      [],
    )
    .option('--metadata <key=value>', 'one of the metadata (repeatable)', collect, [])
    .option('--credentials-from-env <prefix>', 'credentials by environment variables: ACME means ACME_TOKEN for token')
    .option('--force', 'replaces what has that name, and keeps what fails its health check, without asking', false)
    .option('--dry-run', 'checks what is given, and writes nothing', false)
    .action(run(install));
};
