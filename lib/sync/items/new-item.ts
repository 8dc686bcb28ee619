import { Types } from 'mongoose';
import type { IntegrationSyncItemFields } from '../../../schemas/integration-sync-item.js';
import type { StoredError } from '../../../schemas/integration-request.js';
import { IntegrationError } from '../../errors.js';
import { property } from '../../failures/cause-chain.js';
import { normaliseExternalId } from '../../mappings/external-id.js';
import type { DispatchOptions, SyncItemEvent } from '../../types/sync-session.js';
import { isEventClass } from '../sync-item-event.js';
import type { BatchOwner } from './batch.js';
import { storedBytes } from './item-payload.js';
import { notPlain, plainCopy } from './plain-copy.js';
import type { untouched } from './untouched.js';

/** An item to be stored. */
export type NewItem = IntegrationSyncItemFields;

/** An item that was dispatched, and about how much room it takes. */
export interface Dispatched {
  readonly item: NewItem;
  readonly bytes: number;
  /** Why it cannot be stored as it is; null: it can. */
  readonly problem: IntegrationError | null;
  /** Whether it comes back from the database just as it is. */
  readonly isPlain: boolean;
}

export interface NewItemParts {
  readonly run: BatchOwner;
  readonly maxPayloadBytes: number;
}

const maxCheckpointBytes = 64 * 1024;
/** Beside payload and checkpoint value. */
const fieldBytes = 512;

/** @throws IntegrationError `SYNC_ITEM_INVALID` for what is no event, or no id */
export function newItem(
  parts: NewItemParts,
  event: SyncItemEvent,
  options: DispatchOptions,
  sequence: number,
): Dispatched {
  const eventClass: unknown = property(event, 'name');
  if (!isEventClass(eventClass)) throw invalid('What was dispatched is no event of defineSyncItemEvent().');
  const externalId = externalIdOf(options);
  // As they are now: what the provider goes on to do with them is not listed.
  const given = { payload: property(event, 'payload') ?? null, checkpointValue: options.checkpointValue ?? null };
  const copies = { payload: copyOf(given.payload), checkpointValue: copyOf(given.checkpointValue) };
  const isPlain = copies.payload !== notPlain && copies.checkpointValue !== notPlain;
  const { payload, checkpointValue } = isPlain ? copies : given;
  const bytes = { payload: storedBytes(payload), checkpoint: checkpointBytes(checkpointValue) };
  const problem = problemOf(bytes, parts.maxPayloadBytes);
  const item = itemOf(parts.run, { eventClass, externalId, payload, checkpointValue, sequence });
  return { item, bytes: fieldBytes + (bytes.payload ?? 0) + (bytes.checkpoint ?? 0), problem, isPlain };
}

function copyOf(value: unknown): unknown {
  try {
    return plainCopy(value);
  } catch {
    // A getter that throws.
    return notPlain;
  }
}

/** The item without what cannot be stored of it: it has failed. */
export function unstorable(item: NewItem, error: StoredError): NewItem {
  return { ...item, payload: null, checkpointValue: null, status: 'failed', completedAt: item.createdAt, error };
}

/** Why the server does not take an item, in our words: its own quote what it holds. */
export function refusedByServer(): IntegrationError<'SYNC_PAYLOAD_INVALID'> {
  return new IntegrationError(
    'SYNC_PAYLOAD_INVALID',
    'MongoDB refuses the payload or the checkpoint value of the item.',
  );
}

function externalIdOf({ externalId }: DispatchOptions): string | null {
  if (externalId === undefined || (externalId as unknown) === null) return null;
  try {
    return normaliseExternalId(externalId);
  } catch (error) {
    throw invalid(String(property(error, 'message')));
  }
}

function invalid(message: string): IntegrationError {
  return new IntegrationError('SYNC_ITEM_INVALID', message);
}

/** Most are dates and numbers. */
function checkpointBytes(value: unknown): number | null {
  return value === null || typeof value === 'number' || value instanceof Date ? 0 : storedBytes(value);
}

interface Bytes {
  readonly payload: number | null;
  readonly checkpoint: number | null;
}

function problemOf({ payload, checkpoint }: Bytes, maxPayloadBytes: number): IntegrationError | null {
  if (payload === null) return unfit('The payload of the item has no form in BSON.');
  if (payload > maxPayloadBytes) return unfit(`The payload of the item is larger than ${maxPayloadBytes} bytes.`);
  if (checkpoint === null) return unfit('The checkpoint value of the item has no form in BSON.');
  return checkpoint > maxCheckpointBytes ? unfit('The checkpoint value of the item is larger than 64 KiB.') : null;
}

function unfit(message: string): IntegrationError {
  return new IntegrationError('SYNC_PAYLOAD_INVALID', message);
}

type Given = Pick<NewItem, 'eventClass' | 'externalId' | 'payload' | 'checkpointValue' | 'sequence'>;

/** Without the fields that nothing has been said of yet: `whole` and Mongoose fill them in, and items are many. */
function itemOf(run: BatchOwner, given: Given): NewItem {
  const now = new Date();
  const item: Omit<NewItem, keyof typeof untouched> = {
    _id: new Types.ObjectId(),
    integrationId: run.integrationId,
    batchId: null,
    syncLogId: run._id,
    ...given,
    status: 'pending',
    attempts: 0,
    failedRuns: 0,
    createdAt: now,
    updatedAt: now,
  };
  return item as NewItem;
}
