import type { mongo } from 'mongoose';
import type { LoggerLike } from '../lib/types/logger.js';
import type { JobRepository } from './job-repository.js';

export interface InsertWatchParts {
  readonly repository: Pick<JobRepository, 'collection'>;
  readonly names: () => readonly string[];
  /** Who is not told of what it inserts itself. */
  readonly owner: string;
  readonly onInsert: (name: string) => void;
  readonly logger: LoggerLike;
}

interface Inserted {
  readonly fullDocument: { readonly name: string };
}

const shortestPauseMs = 1_000;
const longestPauseMs = 60_000;

/**
 * Watches for jobs that other processes insert, by one change stream; the function that comes back ends it. A stream
 * that breaks is opened anew, less and less often while that fails, and from the present on: polling finds what was
 * missed.
 */
export function watchInserts(parts: InsertWatchParts): () => Promise<void> {
  let pauseMs = shortestPauseMs;
  let timer: NodeJS.Timeout | undefined;
  let stream: mongo.ChangeStream | undefined;
  let isEnded = false;

  function open(): void {
    const opened = insertsOf(parts);
    stream = opened;
    opened.on('change', ({ fullDocument }) => {
      pauseMs = shortestPauseMs;
      parts.onInsert(fullDocument.name);
    });
    opened.on('error', (error) => reopen(opened, error.message));
    opened.on('close', () => reopen(opened, 'The stream has ended.'));
  }

  function reopen(broken: object, error: string): void {
    if (stream !== broken || isEnded) return;
    void stream.close().catch(() => undefined);
    stream = undefined;
    parts.logger.debug('The change stream of the jobs broke; polling goes on.', { error, pauseMs });
    timer = setTimeout(open, pauseMs).unref();
    pauseMs = Math.min(2 * pauseMs, longestPauseMs);
  }

  open();
  return async () => {
    isEnded = true;
    clearTimeout(timer);
    await stream?.close().catch(() => undefined);
  };
}

/** Inserts alone: updates of jobs are far more, and hardly any of them makes something due. */
function insertsOf({ repository, names, owner }: InsertWatchParts) {
  return repository.collection.watch<Inserted, mongo.ChangeStreamInsertDocument & Inserted>([
    {
      $match: {
        operationType: 'insert',
        'fullDocument.name': { $in: names() },
        'fullDocument.lastModifiedBy': { $ne: owner },
      },
    },
    { $project: { 'fullDocument.name': 1, operationType: 1 } },
  ]);
}

/** Whether the server has change streams: a standalone one has none. */
export async function hasChangeStreams(database: mongo.Db): Promise<boolean> {
  const hello = await database.command({ hello: 1 });
  return hello.setName !== undefined || hello.msg === 'isdbgrid';
}
