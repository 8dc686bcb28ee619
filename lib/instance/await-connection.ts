import { once } from 'node:events';
import { STATES, type Connection } from 'mongoose';
import { IntegrationError } from '../errors.js';
import { unlessAborted } from '../unless-aborted.js';

/**
 * Resolves when the application's connection is open, also when it has not begun to connect yet: `asPromise()` alone
 * would resolve at once then.
 *
 * @param signal Ends the wait.
 * @throws IntegrationError `DATABASE_UNAVAILABLE` when the attempt to connect fails; and the reason of the signal.
 */
export async function awaitConnection(connection: Connection, signal: AbortSignal): Promise<void> {
  try {
    if (connection.readyState === STATES.connecting) await unlessAborted(signal, () => connection.asPromise());
    if (connection.readyState !== STATES.connected) await once(connection, 'connected', { signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new IntegrationError('DATABASE_UNAVAILABLE', 'The connection of the application could not be opened.', {
      cause,
    });
  }
}
