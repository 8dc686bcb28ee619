import mongoose from 'mongoose';
import { startProcess, type WorkerProcess } from '../worker-process.js';
import { fuzzLane, type FuzzRun } from './lanes.js';
import { createLedger, type Audit, type Ledger } from './ledger.js';
import type { FuzzMeasure, FuzzOrder } from './server.js';
import { runHeader, type FuzzWorld } from './targets.js';

export interface FuzzOptions {
  /** Of an empty database. */
  readonly uri: string;
  /** At least so many are sent. */
  readonly requests: number;
  readonly seed: number;
  /** Connections that send at the same time; default 32. */
  readonly connections?: number;
  /** Times that the server's memory is measured on the way; default 20. */
  readonly measures?: number;
  readonly onProgress?: (progress: FuzzProgress) => void;
}

export interface FuzzProgress {
  readonly requests: number;
  readonly accepted: number;
  /** Of the server, after a collection; with what is outside of the heap. */
  readonly heapMegabytes: number;
  readonly rssMegabytes: number;
}

export interface FuzzReport extends Audit {
  readonly requests: number;
  /** Those that somebody's secret has signed. */
  readonly signed: number;
  /** Those of them that were acknowledged. */
  readonly accepted: number;
  /** How many of each kind: status, who answered, and what. */
  readonly answers: ReadonlyMap<string, number>;
  /** What is wrong, with the request that shows it, made as small as can be; null: nothing. */
  readonly failure: string | null;
  /** What the instance has logged as errors. */
  readonly errors: readonly string[];
  /** The last one is of when everything is over. */
  readonly measures: readonly FuzzProgress[];
}

/**
 * Sends webhooks of all kinds, the same for the same seed, to a server in a process of its own; checks every answer,
 * and in the end what is stored.
 */
export async function fuzzWebhooks({ connections = 32, measures = 20, ...options }: FuzzOptions): Promise<FuzzReport> {
  const server = await startProcess('webhook-fuzz/server.ts', { uri: options.uri });
  try {
    const world = (await server.ask({ order: 'world' } satisfies FuzzOrder)) as FuzzWorld;
    const watch = watchServer(server, { every: options.requests / measures, ...options });
    const { ledger } = watch;
    const run: FuzzRun = {
      ...{ world, ledger, seed: options.seed, answers: new Map(), inFlight: new Map() },
      ...{ onExchange: watch.look, lastRun: 0, finder: null, failure: null },
    };
    const share = Math.ceil(options.requests / connections);
    await Promise.all(Array.from({ length: connections }, (_, lane) => fuzzLane(run, lane, share)));
    const end = await watch.end();
    const failure = run.failure ?? end.failure;
    return { ...ledger.counts, ...(await auditOf(ledger, options.uri)), answers: run.answers, ...end, failure };
  } finally {
    await server.end();
  }
}

interface Watching {
  /** So many requests are between two measures. */
  readonly every: number;
  readonly onProgress?: (progress: FuzzProgress) => void;
}

/** Measures the server now and then, and takes from it what its handlers were given. */
function watchServer(server: WorkerProcess, { every, onProgress }: Watching) {
  const ledger = createLedger();
  const errors: string[] = [];
  const measures: FuzzProgress[] = [];
  let failure: string | null = null;
  let measuring: Promise<void> | null = null;

  async function ask(order: FuzzOrder['order']): Promise<void> {
    try {
      const measure = (await server.ask({ order })) as FuzzMeasure;
      const { heapMegabytes, rssMegabytes } = measure;
      ledger.noteHandled(measure.handled);
      errors.push(...measure.errors);
      const { requests, accepted } = ledger.counts;
      const progress = { requests, accepted, heapMegabytes, rssMegabytes };
      measures.push(progress);
      onProgress?.(progress);
    } catch (error) {
      failure ??= String(error);
    }
  }

  return {
    ledger,
    look(): void {
      if (measuring === null && ledger.counts.requests >= (measures.length + 1) * every) {
        measuring = ask('measure').finally(() => (measuring = null));
      }
    },
    async end() {
      await measuring;
      await ask('stop');
      return { failure, errors, measures };
    },
  };
}

async function auditOf(ledger: Ledger, uri: string): Promise<Audit> {
  const connection = await mongoose.createConnection(uri).asPromise();
  try {
    const projection = { provider: 1, integrationId: 1, url: 1, payload: 1, [`headers.${runHeader}`]: 1 };
    return await ledger.audit(connection.collection('integration_webhooks').find({}, { projection }));
  } finally {
    await connection.close();
  }
}
