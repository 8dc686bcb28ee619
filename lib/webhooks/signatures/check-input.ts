import { IntegrationError } from '../../errors.js';
import type { VerifySignatureInput } from './verify-signature-input.js';

// Each costs a MAC of the whole body, and any stranger can ask for it.
const MAX_KEYS = 10;

/**
 * What the caller has to get right, whatever was received.
 *
 * @throws {IntegrationError} OPTIONS_INVALID
 */
export function checkInput({ rawBody, secrets, publicKeys = [], now, toleranceSeconds }: VerifySignatureInput): void {
  if (!Buffer.isBuffer(rawBody)) {
    refuse('rawBody', 'the received bytes as a Buffer: put express.raw({ type: () => true }) before any other parser');
  }
  if (!isShortList(secrets)) refuse('secrets', `a list of at most ${MAX_KEYS}`);
  if (!isShortList(publicKeys)) refuse('publicKeys', `a list of at most ${MAX_KEYS}`);
  if (now !== undefined && !Number.isFinite(now)) refuse('now', 'Unix seconds');
  if (toleranceSeconds !== undefined && !(toleranceSeconds >= 0)) {
    refuse('toleranceSeconds', 'a number of seconds, or Infinity');
  }
}

function isShortList(value: readonly string[]): boolean {
  return Array.isArray(value) && value.length <= MAX_KEYS;
}

function refuse(name: string, expected: string): never {
  throw new IntegrationError('OPTIONS_INVALID', `${name}: expected ${expected}.`);
}
