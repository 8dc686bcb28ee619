import type { Connection } from 'mongoose';

/** The database server's time, as far as this process knows it: for inserts, which cannot say `$$NOW`. */
export interface ServerClock {
  /** Milliseconds since the epoch, exact to about half a round trip. Asks the server first where nobody has lately. */
  now(): Promise<number>;
}

/** Clocks drift by some milliseconds in that time. */
const trustedMs = 60_000;
/** Of several answers the quickest one tells most. */
const questions = 3;

interface Reading {
  /** Server's time minus `performance.now()`. */
  readonly offset: number;
  readonly takenAt: number;
}

/** A clock of one process that is off does not let leases end early, or never. */
export function createServerClock(connection: Connection): ServerClock {
  let reading: Promise<Reading> | null = null;
  let renewing = false;

  async function read(): Promise<Reading> {
    const offsets: { readonly offset: number; readonly tripMs: number }[] = [];
    for (let asked = 0; asked < questions; asked += 1) offsets.push(await ask(connection));
    const best = offsets.toSorted((one, other) => one.tripMs - other.tripMs)[0];
    return { offset: best?.offset ?? 0, takenAt: performance.now() };
  }

  /** Beside whoever needs the time: what is known is good enough until then. */
  function renew(): void {
    if (renewing) return;
    renewing = true;
    read()
      .then((fresh) => (reading = Promise.resolve(fresh)))
      .catch(() => undefined)
      .finally(() => (renewing = false));
  }

  return {
    async now() {
      reading ??= read().catch((error: unknown) => {
        reading = null;
        throw error;
      });
      const { offset, takenAt } = await reading;
      if (performance.now() - takenAt > trustedMs) renew();
      return offset + performance.now();
    },
  };
}

async function ask({ db }: Connection) {
  if (db === undefined) throw new Error('There is no connection.');
  const asked = performance.now();
  const { localTime } = (await db.command({ hello: 1 })) as unknown as { readonly localTime: Date };
  const tripMs = performance.now() - asked;
  return { offset: localTime.getTime() - asked - tripMs / 2, tripMs };
}
