import { IntegrationError } from '../errors.js';

/** What an operator sets at a gate: for how long. */
export interface HoldOptions {
  /** How long it holds, in seconds; default: until it is taken back. */
  readonly forSeconds?: number;
}

/** A hundred years: what is added to a date must stay one. */
const longestSeconds = 3_155_760_000;

/**
 * How long it holds, in milliseconds; null: until it is taken back.
 *
 * @throws IntegrationError `OPTIONS_INVALID` for what is no positive number of seconds.
 */
export function holdTimeMs({ forSeconds }: HoldOptions): number | null {
  if (forSeconds === undefined) return null;
  if (forSeconds > 0 && forSeconds <= longestSeconds) return Math.ceil(forSeconds * 1_000);
  throw new IntegrationError('OPTIONS_INVALID', 'forSeconds must be a positive number of seconds.');
}
