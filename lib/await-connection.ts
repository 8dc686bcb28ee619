import { once } from 'node:events';
import { STATES, type Connection } from 'mongoose';
import { IntegrationError } from './errors.js';

/**
 * Resolves when the application's connection is open, also when it has not begun to connect yet: `asPromise()` alone
 * would resolve at once then.
 *
 * @throws IntegrationError `DATABASE_UNAVAILABLE` when the attempt to connect fails.
 */
export async function awaitConnection(connection: Connection): Promise<void> {
  try {
    if (connection.readyState === STATES.connecting) await connection.asPromise();
    if (connection.readyState !== STATES.connected) await once(connection, 'connected');
  } catch (cause) {
    throw new IntegrationError('DATABASE_UNAVAILABLE', 'The connection of the application could not be opened.', {
      cause,
    });
  }
}
