import type { Connection } from 'mongoose';
import type { CompiledModels } from '../schemas/models.js';
import { awaitConnection } from './await-connection.js';
import type { HttpClient } from './http/http-client.js';
import type { RequestLog } from './request-log/request-log.js';
import type { CallGate } from './requests/call-gate.js';
import { assertServerVersion } from './server-version.js';
import type { StopOptions } from './types/integrations.js';

export interface LifecycleParts {
  readonly connection: Connection;
  readonly compiled: CompiledModels;
  /** False: the application makes the indexes that are not unique by itself. */
  readonly autoIndex: boolean;
  readonly gate: CallGate;
  readonly requestLog: RequestLog;
  readonly httpClient: HttpClient;
}

/** The beginning and the end of an instance. */
export interface Lifecycle {
  install(): Promise<void>;
  start(): Promise<void>;
  stop(options?: StopOptions): Promise<void>;
  close(): Promise<void>;
}

export function createLifecycle(parts: LifecycleParts): Lifecycle {
  const { connection, compiled, autoIndex, gate, requestLog, httpClient } = parts;

  async function install(): Promise<void> {
    await awaitConnection(connection);
    await compiled.install();
  }

  async function stop({ graceMs = 10_000 }: StopOptions = {}): Promise<void> {
    await gate.shut(graceMs);
    await requestLog.flush({ timeoutMs: graceMs });
    httpClient.close();
  }

  return {
    install,
    async start() {
      await awaitConnection(connection);
      await assertServerVersion(connection);
      await (autoIndex ? compiled.install() : compiled.installUnique());
      gate.open();
    },
    stop,
    async close() {
      await stop();
      compiled.remove();
    },
  };
}
