import type { Connection } from 'mongoose';
import { IntegrationError } from '../errors.js';

const oldestMajor = 6;

/** @throws IntegrationError `SERVER_UNSUPPORTED` below MongoDB 6.0. */
export async function assertServerVersion(connection: Connection): Promise<void> {
  const { version } = (await connection.db?.admin().buildInfo()) ?? {};
  const [major] = String(version).split('.');
  if (Number(major) >= oldestMajor) return;
  throw new IntegrationError(
    'SERVER_UNSUPPORTED',
    `The server is MongoDB ${String(version)}; 6.0 is the oldest supported.`,
    {
      details: { version },
    },
  );
}
