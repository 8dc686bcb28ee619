import type { Connection } from 'mongoose';
import type { ServiceHealth } from './services.js';

const pingTimeoutMs = 2_000;

/** Pings the database; never rejects, and takes no longer than two seconds. */
export async function serviceHealth(connection: Connection): Promise<ServiceHealth> {
  const connected = await Promise.race([ping(connection), timeout()]);
  return connected ? { status: 'ok', database: 'connected' } : { status: 'unavailable', database: 'unavailable' };
}

async function ping(connection: Connection): Promise<boolean> {
  try {
    return (await connection.db?.admin().ping()) !== undefined;
  } catch {
    return false;
  }
}

function timeout(): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(() => {
      resolve(false);
    }, pingTimeoutMs).unref();
  });
}
