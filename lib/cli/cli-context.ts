import type { Command } from '@commander-js/extra-typings';
import type { RequestListener } from 'node:http';
import type { Integrations } from '../instance/services.js';
import type { ExitCode } from './exit-codes.js';
import type { Output } from './output.js';
import type { Prompts } from './prompts.js';
import type { Streams } from './streams.js';

/** What a command works with that needs no instance. */
export interface BareContext {
  readonly output: Output;
  /** Null: nobody is there to be asked. */
  readonly prompts: Prompts | null;
  /** Aborted by Ctrl-C, and by SIGTERM: end after the step under way. */
  readonly signal: AbortSignal;
  readonly streams: Streams;
}

/** What a command works with. */
export interface CliContext extends BareContext {
  readonly integrations: Integrations;
  /** The application, where the configuration gives it. */
  readonly app: RequestListener | null;
}

/** What a command works with that opens the instance by itself, or never. */
export interface ApartContext extends BareContext {
  /**
   * Opens the instance; once. It is closed when the command has ended.
   *
   * @throws IntegrationError what no command can do without an instance: `CLI_CONFIG_MISSING`, `DATABASE_UNAVAILABLE`,
   *   …
   */
  open(): Promise<CliContext>;
}

/** What a command does, and how it ended. */
export type CliWork<Args extends unknown[]> = (context: CliContext, ...args: Args) => Promise<ExitCode>;

/** The same, of a command that has something to do before there is an instance. */
export type ApartWork<Args extends unknown[]> = (context: ApartContext, ...args: Args) => Promise<ExitCode>;

/**
 * Makes the action of a command: opens the instance, does the work, reports what went wrong, closes all. Commands need
 * to know nothing but their own work.
 */
export interface RunCommand {
  <Args extends unknown[]>(work: CliWork<Args>): (...args: Args) => Promise<void>;
  /** Without opening the instance first. */
  readonly apart: <Args extends unknown[]>(work: ApartWork<Args>) => (...args: Args) => Promise<void>;
}

/** Adds one command, or a group of them, to the program. */
export type AddCommand = (program: Command, run: RunCommand) => void;
