/**
 * A MongoDB server that a spec may kill and start again, with the same data on the same port.
 *
 *     describeWithOwnMongod('after a crash', () => {
 *       const mongod = useCrashableMongod();
 *       it('…', async () => {
 *         await mongod.crash(); // SIGKILL: resolves when the process is gone
 *         await mongod.start();
 *       });
 *     });
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { freePort } from './free-port.js';
import { startMongo, type RunningMongo } from './mongod/index.js';

const HOOK_TIMEOUT_MS = 90_000;
const POLL_MS = 10;

/** A suite that needs a server of its own: skipped, by its name, where `MONGODB_URI` is given. */
export const describeWithOwnMongod = describe.skipIf(inject('mongod').kind === 'uri');

/** A server whose process can be killed: its data and its port stay. */
export class CrashableMongod {
  readonly #dbPath: string;
  readonly #port: number;
  #running: RunningMongo | undefined;

  private constructor(dbPath: string, port: number) {
    this.#dbPath = dbPath;
    this.#port = port;
  }

  /** Chooses a folder and a free port, and starts the server there. */
  static async create(): Promise<CrashableMongod> {
    const dbPath = await mkdtemp(join(tmpdir(), 'express-integrations-mongod-'));
    const mongod = new CrashableMongod(dbPath, await freePort());
    await mongod.start();
    return mongod;
  }

  get uri(): string {
    return `mongodb://127.0.0.1:${this.#port}/`;
  }

  /** Starts the server on the data that it left. Does nothing while it runs. */
  async start(): Promise<void> {
    this.#running ??= await startMongo({ mongod: inject('mongod'), dbPath: this.#dbPath, port: this.#port });
  }

  /** Kills the server without a warning: what is not in its journal is lost. */
  async crash(): Promise<void> {
    const { pid } = this.#running ?? {};
    if (pid === undefined) return;
    process.kill(pid, 'SIGKILL');
    while (isAlive(pid)) await sleep(POLL_MS);
    await this.stop();
  }

  /** Shuts the server down in good order, if it runs. */
  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  /** Stops the server and removes its data. */
  async remove(): Promise<void> {
    await this.stop();
    await rm(this.#dbPath, { recursive: true, force: true });
  }
}

/** Gives the suite a server that it may kill. It has to be running again when a test ends that others follow. */
export function useCrashableMongod(): Pick<CrashableMongod, 'uri' | 'start' | 'crash' | 'stop'> {
  let mongod: CrashableMongod | undefined;
  const started = () => {
    if (mongod === undefined) throw new Error('The server is not there yet: use it in a hook or a test');
    return mongod;
  };
  beforeAll(async () => {
    mongod = await CrashableMongod.create();
  }, HOOK_TIMEOUT_MS);
  afterAll(() => mongod?.remove(), HOOK_TIMEOUT_MS);
  return {
    get uri() {
      return started().uri;
    },
    start: () => started().start(),
    crash: () => started().crash(),
    stop: () => started().stop(),
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
