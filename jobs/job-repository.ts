import { MongoJobRepository } from '@agendajs/mongo-backend';
import type { AgendaBackend, JobParameters, JobRepositoryOptions } from 'agenda';
import { STATES, type Connection } from 'mongoose';
import { durableWrite } from '../lib/durable-write.js';

/** Somebody else has the job: it was taken after its lock ran out, released, retried or deleted. */
export class LockLostError extends Error {
  override readonly name = 'LockLostError';
}

/** The database of the application's connection, with our own concerns; known once it is connected. */
function databaseOf(connection: Connection) {
  const { db } = connection;
  if (db === undefined) throw new Error('The connection of the application is not open yet.');
  return connection.getClient().db(db.databaseName, { ...durableWrite, readPreference: 'primary' });
}

/** Agenda's repository on the application's connection, whose locks have an owner. */
export class JobRepository extends MongoJobRepository {
  constructor(
    private readonly connection: Connection,
    collection: string,
  ) {
    super({
      // Looked up when Agenda connects: until then there is none.
      get mongo() {
        return databaseOf(connection);
      },
      db: { collection },
      ensureIndex: false,
    });
  }

  /** Waits for the application's connection, however long that takes; rejects never, which Agenda could not handle. */
  override async connect(): Promise<void> {
    if (this.connection.readyState !== STATES.connected) {
      await new Promise<void>((resolve) => void this.connection.once('connected', resolve));
    }
    await super.connect();
  }

  /** Only while the lock is ours: what a process writes that was taken for dead must not undo what the next one does. */
  override async saveJobState(job: JobParameters, options: JobRepositoryOptions | undefined): Promise<void> {
    const owner = options?.lastModifiedBy ?? null;
    const _id = this.idOf(job);
    const { matchedCount } = await this.collection.updateOne(
      { _id, name: job.name, lastModifiedBy: owner },
      {
        $set: {
          lockedAt: job.lockedAt ?? null,
          nextRunAt: job.nextRunAt,
          lastRunAt: job.lastRunAt ?? null,
          progress: job.progress ?? null,
          failReason: job.failReason ?? null,
          failCount: job.failCount ?? null,
          failedAt: job.failedAt ?? null,
          lastFinishedAt: job.lastFinishedAt ?? null,
        },
      },
    );
    if (matchedCount === 0) throw new LockLostError(`The lock of a job "${job.name}" has been lost.`);
  }

  /** Lets another process have the job at once. Unlocked alone, one that has begun would never run again. */
  async release(job: JobParameters, owner: string): Promise<void> {
    await this.collection.updateOne({ _id: this.idOf(job), lastModifiedBy: owner, lockedAt: { $ne: null } }, [
      { $set: { lockedAt: null, lastModifiedBy: null, nextRunAt: '$$NOW' } },
    ]);
  }

  private idOf({ _id }: JobParameters) {
    const { ObjectId } = this.connection.base.mongo;
    return new ObjectId(String(_id));
  }
}

/** What Agenda is given. The package's own: Agenda's would make indexes for a log that nobody writes. */
export function jobBackend(repository: JobRepository): AgendaBackend {
  return {
    name: 'MongoDB',
    repository,
    ownsConnection: false,
    connect: () => repository.connect(),
    disconnect: () => Promise.resolve(),
  };
}
