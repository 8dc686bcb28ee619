import { Agenda } from 'agenda';
import { MongoBackend } from '@agendajs/mongo-backend';
import { Queue, Worker } from 'bullmq';
import type { Connection } from 'mongoose';
import mongoose from 'mongoose';
import { benchItem, type SyncInstance } from './sync-instance.js';

/** One way to list items and to handle them. */
export interface SyncContender {
  readonly name: string;
  /** How many it is given. */
  readonly items: number;
  /** Handles them all; what comes before its returned function is not measured. */
  prepare(): Promise<() => Promise<unknown>>;
}

const durable = { w: 'majority', j: true } as const;
const batchSize = 500;

/** This package: one run, in one process. */
export function ours(instance: SyncInstance, items: number): SyncContender {
  const { connection, integrations, create } = instance;
  return {
    name: 'express-integrations',
    items,
    async prepare() {
      const { collectionName } = integrations.models.IntegrationSyncItem.collection;
      await connection.collection(collectionName).deleteMany({});
      const integration = await create(items);
      return async () => {
        const result = await integrations.sync(integration, { wait: true });
        if (result.succeeded !== items)
          throw new Error(`${String(result.succeeded)} of ${String(items)} items were done.`);
      };
    },
  };
}

/** Batches of known ids, one after the other: inserted, marked as begun, marked as done. Same documents, same indexes. */
export function raw({ connection, integrations }: SyncInstance, items: number): SyncContender {
  const { IntegrationSyncItem } = integrations.models;
  const collection = connection.collection('raw_items', { writeConcern: durable });
  return {
    name: 'raw: insertMany and two updateMany',
    items,
    async prepare() {
      const template = await IntegrationSyncItem.collection.findOne();
      if (template === null) throw new Error('This package has to go first: raw documents are copies of its own.');
      await collection.deleteMany({});
      const indexes = await IntegrationSyncItem.collection.indexes();
      const further = indexes.filter(({ key }) => !('_id' in key));
      await collection.createIndexes(further.map(({ v: _version, ...index }) => index));
      const syncLogId = new mongoose.Types.ObjectId();
      return async () => {
        for (let first = 1; first <= items; first += batchSize) {
          const batch = Array.from({ length: Math.min(batchSize, items - first + 1) }, (_, index) => {
            const id = first + index;
            const place = { externalId: String(id), payload: benchItem(id), checkpointValue: id, sequence: id };
            const untouched = { status: 'pending', attempts: 0, completedAt: null, error: null };
            return { ...template, _id: new mongoose.Types.ObjectId(), syncLogId, ...place, ...untouched };
          });
          await collection.insertMany(batch, { ordered: false });
          const these = { _id: { $in: batch.map(({ _id }) => _id) } };
          await collection.updateMany(these, { $set: { status: 'processing', updatedAt: new Date() } });
          const done = { status: 'success', completedAt: new Date(), updatedAt: new Date(), attempts: 1 };
          await collection.updateMany(these, { $set: done });
        }
      };
    },
  };
}

/** One job for each item. */
export function agendaJobs(connection: Connection, items: number): SyncContender {
  return {
    name: 'Agenda, a job per item',
    items,
    async prepare() {
      await connection.collection('agenda_items').deleteMany({});
      const { db } = connection;
      if (db === undefined) throw new Error('The connection is closed.');
      const agenda = new Agenda({
        backend: new MongoBackend({ mongo: db, collection: 'agenda_items' }),
        processEvery: 100,
        maxConcurrency: 200,
        defaultConcurrency: 50,
        defaultLockLimit: 200,
        removeOnComplete: true,
      });
      agenda.on('error', () => undefined);
      await agenda.ready;
      const { done, count } = countdown(items);
      agenda.define('item', async () => undefined);
      agenda.on('success', count);
      return async () => {
        await agenda.start();
        await inParallel(50, items, (id) => agenda.now('item', benchItem(id)));
        await done;
        await agenda.stop();
      };
    },
  };
}

/** Jobs of the same bytes in Redis, 50 at once. */
export function bullmqJobs(url: string, items: number): SyncContender {
  return {
    name: 'BullMQ, concurrency 50',
    items,
    async prepare() {
      const connection = { url, maxRetriesPerRequest: null };
      const queue = new Queue('items', { connection });
      await queue.obliterate({ force: true });
      const { done, count } = countdown(items);
      const worker = new Worker('items', async () => undefined, {
        connection,
        concurrency: 50,
        removeOnComplete: { count: 0 },
      });
      worker.on('completed', count);
      await worker.waitUntilReady();
      return async () => {
        for (let first = 1; first <= items; first += batchSize) {
          const length = Math.min(batchSize, items - first + 1);
          await queue.addBulk(Array.from({ length }, (_, index) => ({ name: 'item', data: benchItem(first + index) })));
        }
        await done;
        await worker.close();
        await queue.close();
      };
    },
  };
}

/** Done when it has been counted so often. */
function countdown(items: number): { readonly done: Promise<void>; readonly count: () => void } {
  let left = items;
  let finish: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (finish = resolve));
  const count = (): void => {
    left -= 1;
    if (left === 0) finish();
  };
  return { done, count };
}

async function inParallel(callers: number, items: number, work: (id: number) => Promise<unknown>): Promise<void> {
  let next = 1;
  const goOn = async (): Promise<void> => {
    while (next <= items) {
      const id = next;
      next += 1;
      await work(id);
    }
  };
  await Promise.all(Array.from({ length: callers }, goOn));
}
