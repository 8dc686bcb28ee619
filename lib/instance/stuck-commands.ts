import type { Connection } from 'mongoose';
import type { Socket } from 'node:net';

/** Frees commands that the driver would never settle. */
export interface StuckCommands {
  /** Looks for them twice a second; once, however often it is called. */
  start(): void;
  stop(): void;
}

const lookEveryMs = 500;

/**
 * The driver (7.8, and 7.9) waits for the event `drain` of a socket that is closed, where it writes a command to it
 * between its end and its `close`, or while it is busy with a large one: for ever, and holding a place of the pool. As
 * many of them as writes that are made at once, and nothing is written any more until the process ends. Once woken, the
 * driver notices, and the command fails like any other whose connection was lost.
 */
export function createStuckCommands(connection: Connection): StuckCommands {
  let timer: NodeJS.Timeout | undefined;
  const free = (): void => {
    for (const socket of stuckSockets(connection)) socket.emit('drain');
  };
  return {
    start() {
      timer ??= setInterval(free, lookEveryMs).unref();
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

/** What the driver has inside, as far as it matters here; where another version has it differently, nothing is found. */
interface DriverClient {
  readonly topology?: { readonly s?: { readonly servers?: unknown } };
}

interface DriverServer {
  readonly pool?: { readonly checkedOut?: unknown };
}

interface DriverConnection {
  readonly closed?: unknown;
  readonly socket?: Socket;
}

/** Closed sockets that commands wait for. */
export function stuckSockets(connection: Connection): Socket[] {
  // No part of its types; null before it has connected for the first time.
  const client = connection.getClient() as unknown as DriverClient | null;
  const servers = client?.topology?.s?.servers;
  if (!(servers instanceof Map)) return [];
  return [...(servers as ReadonlyMap<unknown, DriverServer>).values()].flatMap(({ pool }) => {
    const inUse = pool?.checkedOut;
    return inUse instanceof Set ? [...(inUse as ReadonlySet<DriverConnection>)].flatMap(stuckSocketOf) : [];
  });
}

function stuckSocketOf({ closed, socket }: DriverConnection): Socket[] {
  const isStuck = closed === true && socket?.destroyed === true && socket.listenerCount('drain') > 0;
  return isStuck ? [socket] : [];
}
