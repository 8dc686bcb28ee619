import { errorTable, IntegrationError, isIntegrationError } from '../errors.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Output } from './output.js';
import { redactedMessage } from './redacted-message.js';
import type { Streams } from './streams.js';

const unavailable = new Set<string>([
  'CLI_CONFIG_MISSING',
  'CLI_CONFIG_INVALID',
  'CLI_NOT_CONNECTED',
  'DATABASE_UNAVAILABLE',
  'SERVER_UNSUPPORTED',
]);
const misused = new Set<string>(['CLI_INPUT_MISSING', 'CLI_INPUT_INVALID', 'OPTIONS_INVALID']);

/** Says what went wrong and what to do about it, on standard error, and gives the exit code. */
export function reportError(error: unknown, output: Output, { stderr }: Streams): ExitCode {
  const known = isIntegrationError(error) ? error : databaseError(error);
  const message = redactedMessage(known ?? error);
  const remedy = known === null ? null : errorTable[known.code].remedy;
  if (output.isJson) {
    stderr.write(`${JSON.stringify({ error: { code: known?.code ?? null, message, remedy } })}\n`);
  } else {
    const { paint } = output;
    stderr.write(`${paint.red('error:')} ${message}${known === null ? '' : paint.dim(` [${known.code}]`)}\n`);
    if (remedy !== null) stderr.write(`${remedy}\n`);
  }
  return known === null ? exitCodes.failed : exitCodeOf(known);
}

function exitCodeOf({ code }: IntegrationError): ExitCode {
  if (code === 'CLI_CANCELLED') return exitCodes.interrupted;
  if (unavailable.has(code)) return exitCodes.unavailable;
  return misused.has(code) ? exitCodes.usage : exitCodes.failed;
}

/** What the driver and Mongoose say where the database is away. */
const connectionErrors = new Set<string>([
  ...['MongoNetworkError', 'MongoNetworkTimeoutError', 'MongoServerSelectionError', 'MongooseServerSelectionError'],
  ...['MongoNotConnectedError', 'MongoTopologyClosedError', 'MongoPoolClearedError', 'PoolClearedOnNetworkError'],
]);

function databaseError(error: unknown): IntegrationError | null {
  if (!(error instanceof Error) || !connectionErrors.has(error.name)) return null;
  return new IntegrationError('DATABASE_UNAVAILABLE', 'The database does not answer.', { cause: error });
}
