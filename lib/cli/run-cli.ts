import { CommanderError } from '@commander-js/extra-typings';
import type { ApartContext, ApartWork, CliWork, RunCommand } from './cli-context.js';
import { unlessAborted } from '../unless-aborted.js';
import { withinTime } from '../within-time.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { findConfig } from './find-config.js';
import { listenForInterruption } from './interruption.js';
import { openInstance, type OpenInstance } from './open-instance.js';
import { createOutput, type Output } from './output.js';
import { packageManifest } from './package-manifest.js';
import { createProgram, type GlobalOptions } from './program.js';
import { createPrompts } from './prompts.js';
import { reportError } from './report-error.js';
import type { Streams } from './streams.js';

/** Does what a command line says, and gives the exit code. Never rejects for what a user did wrong. */
export async function runCli(argv: readonly string[], streams: Streams): Promise<ExitCode> {
  const interruption = listenForInterruption();
  let code: ExitCode = exitCodes.ok;
  const { version } = packageManifest();
  const program = createProgram({
    version,
    streams,
    createRun: (options) =>
      createRun(async (work) => {
        code = await runCommand({ streams, signal: interruption.signal, options: options() }, work);
      }),
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    // Help and the version end like this too.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    throw error;
  } finally {
    interruption.end();
  }
}

function createRun(run: (work: ApartWork<[]>) => Promise<void>): RunCommand {
  const apart =
    <Args extends unknown[]>(work: ApartWork<Args>) =>
    (...args: Args) =>
      run((context) => work(context, ...args));
  const opened = <Args extends unknown[]>(work: CliWork<Args>) =>
    apart<Args>(async (context, ...args) => work(await context.open(), ...args));
  return Object.assign(opened, { apart });
}

interface CommandParts {
  readonly streams: Streams;
  readonly signal: AbortSignal;
  readonly options: GlobalOptions;
}

async function runCommand({ streams, signal, options }: CommandParts, work: ApartWork<[]>): Promise<ExitCode> {
  const output = createOutput(streams, options);
  const bare = { output, signal, streams, prompts: output.isJson ? null : createPrompts(streams, signal) };
  let instance: OpenInstance | undefined;
  const context: ApartContext = {
    ...bare,
    async open() {
      // Nothing is under way before there is an instance: Ctrl-C ends it at once.
      instance = await unlessAborted(signal, async () =>
        openInstance(await findConfig({ ...options, cwd: streams.cwd() }), options),
      );
      return { ...bare, ...instance };
    },
  };
  try {
    const code = await work(context);
    return signal.aborted ? interrupted(output) : code;
  } catch (error) {
    return signal.aborted ? interrupted(output) : reportError(error, output, streams);
  } finally {
    await closeQuietly(instance, output);
  }
}

function interrupted(output: Output): ExitCode {
  output.warn('Interrupted: what was done stays done, the rest was not begun.');
  return exitCodes.interrupted;
}

/**
 * Longer than what is under way may take to end, and what is buffered to be written; a database that is away takes
 * minutes.
 */
const closeWithinMs = 12_000;
const tooLate = Symbol('too late');

/** What a command came to stands, whatever happens afterwards. */
async function closeQuietly(instance: OpenInstance | undefined, output: Output): Promise<void> {
  try {
    const closed = withinTime(Promise.resolve(instance?.close()), closeWithinMs, tooLate);
    if ((await closed) === tooLate) throw new Error('It took too long.');
  } catch {
    output.warn('The instance could not be closed properly.');
  }
}
