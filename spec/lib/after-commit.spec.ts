import { describe, expect, it, vi } from 'vitest';
import { afterCommit } from '../../lib/after-commit.js';
import { describeWithReplicaSet, useDatabase, useReplicaSetDatabase } from '../support/database.js';

describe('afterCommit', () => {
  const { connection } = useDatabase();

  it('notifies at once without a session, and without a transaction', async () => {
    const session = await connection.startSession();
    const notify = vi.fn();
    const isStored = vi.fn();
    for (const each of [null, undefined, session]) afterCommit(each, isStored, notify);
    expect(notify).toHaveBeenCalledTimes(3);
    await session.endSession();
    expect(isStored).not.toHaveBeenCalled();
  });
});

describeWithReplicaSet('afterCommit in a transaction', () => {
  const { connection } = useReplicaSetDatabase();

  it.each([
    ['notifies when the write is there at the end', () => Promise.resolve(true), 1],
    ['says nothing when it is not', () => Promise.resolve(false), 0],
    ['says nothing when nobody can tell', () => Promise.reject(new Error('no database')), 0],
  ])('%s', async (_name, answer, notices) => {
    const notify = vi.fn();
    const isStored = vi.fn<() => Promise<boolean>>(answer);
    const session = await connection.startSession();
    session.startTransaction();
    afterCommit(session, isStored, notify);
    await session.commitTransaction();
    expect(isStored).not.toHaveBeenCalled();
    await session.endSession();
    await Promise.allSettled(isStored.mock.results.map(({ value }) => value as Promise<boolean>));
    expect(notify).toHaveBeenCalledTimes(notices);
    expect(isStored).toHaveBeenCalledTimes(1);
  });
});
