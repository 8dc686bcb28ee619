import { Types } from 'mongoose';
import type { IntegrationFields } from '../../../schemas/integration.js';
import { durableWrite } from '../../durable-write.js';
import { despiteOthers } from '../../failures/despite-others.js';
import type { RunCollection, SyncRun } from './run-collection.js';

/** How a run comes about. */
export type RunOrder = Pick<SyncRun, 'mode' | 'trigger'>;

/** A run that is under way, begun by this very call or before. */
export interface BegunRun {
  readonly run: SyncRun;
  readonly isNew: boolean;
}

const options = { ...durableWrite, upsert: true, returnDocument: 'after' } as const;
/** Each time another process was faster by a hair. */
const mostTries = 10;

/** The run of the integration that is under way, or a new one: never two, whoever begins at the same time. */
export async function beginRun(
  collection: RunCollection,
  integration: Pick<IntegrationFields, '_id' | 'provider'>,
  order: RunOrder,
): Promise<BegunRun> {
  const _id = new Types.ObjectId();
  const run = await despiteOthers(() => upsert(collection, integration, { _id, ...order }), mostTries);
  return { run, isNew: run._id.equals(_id) };
}

async function upsert(
  collection: RunCollection,
  { _id: integrationId, provider }: Pick<IntegrationFields, '_id' | 'provider'>,
  { _id, mode, trigger }: RunOrder & Pick<SyncRun, '_id'>,
): Promise<SyncRun> {
  const fresh = { _id, integrationId, provider: { $literal: provider }, ...blank, mode, trigger };
  const isMissing = { $eq: [{ $type: '$phase' }, 'missing'] };
  const replacement = { $replaceWith: { $cond: [isMissing, fresh, '$$ROOT'] } };
  const run = await collection.findOneAndUpdate({ integrationId, isExclusive: true }, [replacement], options);
  if (run === null) throw new Error('An upsert gave no document.');
  return run;
}

const blank = {
  phase: 'listing',
  isExclusive: true,
  cursor: null,
  nextCursor: null,
  lease: null,
  availableAt: '$$NOW',
  listingAttempt: 0,
  crashes: 0,
  listing: null,
  listingError: null,
  deferUntil: null,
  listed: 0,
  duplicates: 0,
  expected: null,
  hasCheckpoints: false,
  outcome: null,
  succeeded: 0,
  failed: 0,
  skipped: 0,
  startedAt: null,
  settledAt: null,
  createdAt: '$$NOW',
  updatedAt: '$$NOW',
};
