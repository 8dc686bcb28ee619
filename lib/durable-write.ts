import type { SessionOption } from './types/session-option.js';

/** For what must not get lost: survives a crash and a failover, whatever the write concern of the host's connection is. */
export const durableWrite = { writeConcern: { w: 'majority', j: true } } as const;

/**
 * Options of a write that must not get lost. In a transaction the write concern is that of the host, who commits:
 * MongoDB refuses any other.
 */
export function writeOptions({
  session = null,
}: SessionOption): Partial<typeof durableWrite> & Required<SessionOption> {
  return session?.inTransaction() === true ? { session } : { session, ...durableWrite };
}
