/**
 * What the specs of the ledger share: an instance on a server of the spec's own, and what is stored of a key.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { IdempotencyOptions, RequestBuilder } from '../../../lib/types/request-builder.js';
import type { LocalInstance } from '../../support/local-instance.js';

/** The document of a key of the local integration; null: there is none. */
export function stored({ integrations, integration }: LocalInstance, key: string) {
  return integrations.models.IntegrationIdempotencyKey.findOne({ integrationId: integration._id, key }).lean();
}

/** A write with that key, the same each time. */
export function charge({ integration }: LocalInstance, key: string, options?: IdempotencyOptions): RequestBuilder {
  return integration.at('/charges').withData({ amount: 100 }).withIdempotencyKey(key, options);
}

/** Makes a write unknown, as a process that died long ago leaves it. */
export async function abandon(local: LocalInstance, key: string, changes: object = {}): Promise<void> {
  await charge(local, key).post();
  await local.integrations.models.IntegrationIdempotencyKey.collection.updateOne(
    { integrationId: local.integration._id, key },
    {
      $set: {
        state: 'in_progress',
        leaseUntil: new Date(0),
        owner: 'dead',
        result: null,
        completedAt: null,
        ...changes,
      },
      $unset: { expireAt: 1 },
    },
  );
}

/** Answers of a promise that nobody waits for yet: its failure is looked at later. */
export function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** Polls until it holds; fails by the test's own time-out. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(5);
}
