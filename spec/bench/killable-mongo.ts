import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startMongo } from '../support/mongod/index.js';

/** The MongoDB of a soak: its data and its port outlive its process. */
export interface KillableMongo {
  readonly uri: string;
  /**
   * Kills it with SIGKILL, and starts it again. False: it is not ours to kill.
   *
   * @param awayMs How long it is away, at least.
   */
  killAndRestart(awayMs?: number): Promise<boolean>;
  stop(): Promise<void>;
}

/** @param dbPath The folder of its data, which is made here and left to the caller. */
export async function startKillableMongo(dbPath: string): Promise<KillableMongo> {
  mkdirSync(dbPath);
  let running = await startMongo({ dbPath });
  const { uri } = running;
  const port = Number(new URL(uri).port);
  return {
    uri,
    async killAndRestart(awayMs = 0) {
      if (running.pid === undefined) return false;
      process.kill(running.pid, 'SIGKILL');
      await running.stop();
      await sleep(awayMs);
      running = await startMongo({ dbPath, port });
      return true;
    },
    stop: () => running.stop(),
  };
}
