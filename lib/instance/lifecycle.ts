import type { Connection } from 'mongoose';
import type { CompiledModels } from '../../schemas/models.js';
import { awaitConnection } from './await-connection.js';
import type { SharedCircuit } from '../circuit/circuit.js';
import type { HttpClient } from '../http/http-client.js';
import type { JobRunner, RunDueOptions, RunDueResult } from '../types/job-queue.js';
import type { SharedRateBudget } from '../rate-limits/rate-budget.js';
import type { RequestLog } from '../request-log/request-log.js';
import { instanceStopped, type CallGate } from '../requests/call-gate.js';
import { longestTimerMs } from '../requests/longest-timer.js';
import type { Memory } from './memory.js';
import { assertServerVersion } from './server-version.js';
import type { StopOptions } from './services.js';
import type { StuckCommands } from './stuck-commands.js';
import { withinTime } from '../within-time.js';
import type { Tokens } from '../oauth/create-tokens.js';
import type { Webhooks } from '../webhooks/create-webhooks.js';

export interface LifecycleParts {
  readonly connection: Connection;
  readonly stuckCommands: StuckCommands;
  readonly compiled: CompiledModels;
  /** False: the application makes the indexes that are not unique by itself. */
  readonly autoIndex: boolean;
  readonly gate: CallGate;
  readonly requestLog: RequestLog;
  readonly httpClient: HttpClient;
  readonly memory: Pick<Memory, 'cache' | 'ledger'>;
  readonly jobs: JobRunner;
  readonly tokens: Pick<Tokens, 'idle'>;
  readonly webhooks: Pick<Webhooks, 'check' | 'start' | 'stop'>;
  readonly traffic: { readonly budget: SharedRateBudget; readonly circuit: SharedCircuit };
}

/** The beginning and the end of an instance. */
export interface Lifecycle {
  install(): Promise<void>;
  start(): Promise<void>;
  /** And not stopped since. */
  isStarted(): boolean;
  runDue(options?: RunDueOptions): Promise<RunDueResult>;
  stop(options?: StopOptions): Promise<void>;
  close(): Promise<void>;
}

export function createLifecycle(parts: LifecycleParts): Lifecycle {
  const { gate, jobs, webhooks } = parts;
  const beginning = createBeginning();
  let state: 'made' | 'started' | 'stopped' = 'made';
  let isPrepared = false;
  const ready = async (signal: AbortSignal) => {
    await prepare(parts, signal);
    isPrepared = true;
  };

  async function stop({ graceMs = 10_000 }: StopOptions = {}): Promise<void> {
    beginning.end();
    state = 'stopped';
    await end(parts, Math.min(graceMs, longestTimerMs));
  }

  return {
    install: async () => install(parts, beginning.begin()),
    async start() {
      const signal = beginning.begin();
      await ready(signal);
      await webhooks.check();
      signal.throwIfAborted();
      gate.open();
      state = 'started';
      webhooks.start();
      await jobs.start();
    },
    isStarted: () => state === 'started',
    async runDue(options) {
      if (state === 'stopped') throw instanceStopped();
      // A host that is called now and then, and never starts anything, needs the indexes as well.
      if (!isPrepared) await ready(beginning.begin());
      return jobs.runDue(options);
    },
    stop,
    async close() {
      beginning.close();
      await stop();
      remove(parts);
    },
  };
}

/** What begins is ended by the next stop(): it must not open again what has been stopped meanwhile. */
function createBeginning() {
  let isClosed = false;
  let current = new AbortController();
  return {
    begin(): AbortSignal {
      if (isClosed) throw instanceStopped();
      return current.signal;
    },
    end() {
      current.abort(instanceStopped());
      current = new AbortController();
    },
    close() {
      isClosed = true;
    },
  };
}

function remove({ compiled, stuckCommands }: LifecycleParts): void {
  stuckCommands.stop();
  compiled.remove();
}

async function install({ connection, compiled }: LifecycleParts, signal: AbortSignal): Promise<void> {
  await awaitConnection(connection, signal);
  await compiled.install();
}

async function prepare(parts: LifecycleParts, signal: AbortSignal): Promise<void> {
  const { connection, stuckCommands, compiled, autoIndex } = parts;
  stuckCommands.start();
  await awaitConnection(connection, signal);
  await assertServerVersion(connection);
  await (autoIndex ? compiled.install() : compiled.installUnique());
  signal.throwIfAborted();
}

async function end(parts: LifecycleParts, timeoutMs: number) {
  const { jobs, webhooks, tokens, gate, requestLog, httpClient, traffic, memory } = parts;
  // Calls of jobs that are told to end are refused like all others.
  const limit = { graceMs: timeoutMs };
  await Promise.all([jobs.stop(limit), webhooks.stop(limit), gate.shut(timeoutMs)]);
  // A refresh that has begun holds the only copy of what it brings.
  await withinTime(tokens.idle(), timeoutMs, undefined);
  const keepers = [traffic.budget, traffic.circuit, memory.cache, memory.ledger];
  await Promise.all([requestLog.flush({ timeoutMs }), ...keepers.map((keeper) => keeper.stop())]);
  httpClient.close();
}
