import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Agenda } from 'agenda';
import type { Connection } from 'mongoose';
import type { LoggerLike } from '../lib/types/logger.js';
import { createHostJobStore } from './host-job-store.js';
import { hasChangeStreams, watchInserts } from './insert-watch.js';
import { JobRepository } from './job-repository.js';
import type { JobStore } from './job-store.js';
import { OwnAgenda } from './own-agenda.js';
import { createOwnJobStore } from './own-job-store.js';

/** An Agenda, and what the package needs beside it. */
export interface JobEngine {
  readonly agenda: Agenda;
  readonly store: JobStore;
  /** Of the jobs that a worker of ours runs. */
  names(): readonly string[];
  /** Tells of the jobs that this process enqueues; the function that comes back ends that. */
  onEnqueued(onWake: (name: string) => void): () => void;
  /** Tells of the jobs that other processes enqueue, where the server can; what it resolves to ends that. */
  watch(onWake: (name: string) => void): Promise<() => Promise<void>>;
}

export interface OwnEngineParts {
  readonly connection: Connection;
  readonly collection: string;
  readonly processEveryMs: number;
  readonly lockMs: number;
  readonly maxConcurrency: number;
  readonly logger: LoggerLike;
}

/** On the application's connection. */
export function createOwnEngine(parts: OwnEngineParts): JobEngine & { readonly agenda: OwnAgenda } {
  const { connection, collection, logger } = parts;
  const repository = new JobRepository(connection, collection);
  // Never the same in two processes, nor in two instances of one.
  const owner = `${hostname()}-${String(process.pid)}-${randomBytes(4).toString('hex')}`;
  const agenda = new OwnAgenda({ ...parts, repository, owner });
  const names = () => Object.keys(agenda.definitions);
  return {
    agenda,
    names,
    store: createOwnJobStore({ repository, owner }),
    onEnqueued: (onWake) =>
      agenda.channel.subscribe(({ jobName, nextRunAt }) => {
        if (nextRunAt !== null && nextRunAt.getTime() <= Date.now()) onWake(jobName);
      }),
    async watch(onWake) {
      if (connection.db === undefined || !(await hasChangeStreams(connection.db))) return () => Promise.resolve();
      return watchInserts({ repository, names, owner, onInsert: onWake, logger });
    },
  };
}

/** The host's own Agenda, which the host starts and stops. */
export function createHostEngine(agenda: Agenda, names: readonly string[]): JobEngine {
  return {
    agenda,
    // The host's own are the host's to run.
    names: () => names,
    store: createHostJobStore(agenda, names),
    onEnqueued: () => () => undefined,
    watch: () => Promise.resolve(() => Promise.resolve()),
  };
}
