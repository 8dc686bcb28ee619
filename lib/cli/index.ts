/**
 * The command line as a library: for a configuration with types, and for tools that bring it along.
 *
 * @module
 */
export { defineCliConfig, type CliConfig } from './config.js';
export { exitCodes, type ExitCode } from './exit-codes.js';
export { runCli } from './run-cli.js';
export type { Streams } from './streams.js';
