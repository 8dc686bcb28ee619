import { entry } from './error-entry.js';

/** What may be wrong on the command line. */
export const cliErrors = {
  CLI_CONFIG_MISSING: entry(
    500,
    'No configuration for the command line',
    'Write `integrations.config.mjs`, whose default export holds the instance, or name a module: --config, --import.',
  ),
  CLI_CONFIG_INVALID: entry(
    500,
    'The configuration of the command line gives no instance',
    'Export what createIntegrations() returned, as the default or as `integrations`.',
  ),
  CLI_NOT_CONNECTED: entry(
    503,
    'The command line does not know the database',
    'Set MONGODB_URI, pass --mongodb-uri, or export `connect` from the configuration.',
  ),
  CLI_INPUT_MISSING: entry(422, 'Nobody there to be asked', 'Pass the flag that the message names.'),
  CLI_INPUT_INVALID: entry(422, 'Input not accepted', 'Correct the value that the message names.'),
  CLI_CANCELLED: entry(499, 'Cancelled', 'Start the command again.'),
} as const;
