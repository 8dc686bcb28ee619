import type { Connection } from 'mongoose';
import type { CompiledModels } from '../../schemas/models.js';
import { awaitConnection } from './await-connection.js';
import type { SharedCircuit } from '../circuit/circuit.js';
import type { HttpClient } from '../http/http-client.js';
import type { SharedRateBudget } from '../rate-limits/rate-budget.js';
import type { RequestLog } from '../request-log/request-log.js';
import { instanceStopped, type CallGate } from '../requests/call-gate.js';
import { longestTimerMs } from '../requests/longest-timer.js';
import type { Memory } from './memory.js';
import { assertServerVersion } from './server-version.js';
import type { StopOptions } from './services.js';

export interface LifecycleParts {
  readonly connection: Connection;
  readonly compiled: CompiledModels;
  /** False: the application makes the indexes that are not unique by itself. */
  readonly autoIndex: boolean;
  readonly gate: CallGate;
  readonly requestLog: RequestLog;
  readonly httpClient: HttpClient;
  readonly memory: Pick<Memory, 'cache' | 'ledger'>;
  readonly traffic: { readonly budget: SharedRateBudget; readonly circuit: SharedCircuit };
}

/** The beginning and the end of an instance. */
export interface Lifecycle {
  install(): Promise<void>;
  start(): Promise<void>;
  stop(options?: StopOptions): Promise<void>;
  close(): Promise<void>;
}

export function createLifecycle(parts: LifecycleParts): Lifecycle {
  const { connection, compiled, autoIndex, gate, requestLog, httpClient, traffic, memory } = parts;

  let isClosed = false;
  // What begins now is ended by the next stop(): it must not open again what has been stopped meanwhile.
  let beginning = new AbortController();

  function begin(): AbortSignal {
    if (isClosed) throw instanceStopped();
    return beginning.signal;
  }

  async function stop({ graceMs = 10_000 }: StopOptions = {}): Promise<void> {
    beginning.abort(instanceStopped());
    beginning = new AbortController();
    const timeoutMs = Math.min(graceMs, longestTimerMs);
    await gate.shut(timeoutMs);
    const keepers = [traffic.budget, traffic.circuit, memory.cache, memory.ledger];
    await Promise.all([requestLog.flush({ timeoutMs }), ...keepers.map((keeper) => keeper.stop())]);
    httpClient.close();
  }

  return {
    async install() {
      await awaitConnection(connection, begin());
      await compiled.install();
    },
    async start() {
      const signal = begin();
      await awaitConnection(connection, signal);
      await assertServerVersion(connection);
      await (autoIndex ? compiled.install() : compiled.installUnique());
      signal.throwIfAborted();
      gate.open();
    },
    stop,
    async close() {
      isClosed = true;
      await stop();
      compiled.remove();
    },
  };
}
