import * as fc from 'fast-check';
import mongoose, { Types } from 'mongoose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCheckpointValues } from '../../../../lib/sync/runs/checkpoint-values.js';
import { nextCursor, type CursorRules } from '../../../../lib/sync/runs/next-cursor.js';
import { foldable, reduceCheckpointsByMax } from '../../../../lib/sync/runs/reduce-checkpoints.js';
import type { IntegrationSyncItemFields } from '../../../../schemas/integration-sync-item.js';
import type { StoredError } from '../../../../schemas/integration-request.js';
import { compileModels, type IntegrationModels } from '../../../../schemas/models.js';
import { documentMethods } from '../../../../lib/instance/document-methods.js';
import { useDatabase } from '../../../support/database.js';

const database = useDatabase();
let models: IntegrationModels;

beforeAll(async () => {
  const compiled = compileModels(
    database.connection,
    'integration',
    documentMethods(() => {
      throw new Error('Not part of this');
    }),
  );
  await compiled.install();
  models = compiled.models;
});

type Stored = Partial<Pick<IntegrationSyncItemFields, 'status' | 'checkpointValue' | 'sequence' | 'externalId'>>;

const broken: StoredError = { class: 'Error', message: 'Page 2', code: null, trace: null };
const hold: CursorRules = { reduceCheckpoints: reduceCheckpointsByMax };
const watermark: CursorRules = { ...hold, checkpointOrder: 'ascending' };

async function cursorOf(items: readonly Stored[], rules: CursorRules, listingError: StoredError | null = null) {
  const _id = new Types.ObjectId();
  const integrationId = new Types.ObjectId();
  const documents = items.map((item, index) => ({
    ...{
      integrationId,
      syncLogId: _id,
      eventClass: 'spec.thing',
      sequence: 2 ** 32 + index,
      externalId: String(index),
    },
    ...{ status: 'success', checkpointValue: null },
    ...item,
  }));
  if (documents.length > 0) await models.IntegrationSyncItem.collection.insertMany(documents);
  const failed = documents.filter(({ status }) => status === 'failed').length;
  const values = createCheckpointValues(models.IntegrationSyncItem);
  return nextCursor(values, rules, { _id, failed, listingError, hasCheckpoints: true });
}

const done = (checkpointValue: unknown): Stored => ({ checkpointValue });
const failed = (checkpointValue: unknown): Stored => ({ status: 'failed', checkpointValue });
const skipped = (checkpointValue: unknown): Stored => ({ status: 'skipped', checkpointValue });

describe('by default, the cursor', () => {
  it('is made of the values of all items, skipped ones included', async () => {
    expect(await cursorOf([done(1), skipped(3), done(2)], hold)).toBe(3);
  });

  it('stays where it is when an item has failed', async () => {
    expect(await cursorOf([done(1), failed(3), done(2)], hold)).toBeNull();
  });

  it('stays where it is when the listing ended early', async () => {
    expect(await cursorOf([done(1)], hold, broken)).toBeNull();
  });

  it('stays where it is when there are no values, and the provider is not asked', async () => {
    const reduceCheckpoints = () => {
      throw new Error('Asked with none');
    };
    expect(await cursorOf([done(null)], { reduceCheckpoints })).toBeNull();
    expect(await cursorOf([], { reduceCheckpoints })).toBeNull();
  });
});

describe('in ascending order, the cursor', () => {
  it('goes up to just before the first item that is not done', async () => {
    expect(await cursorOf([done(1), done(2), failed(3), done(4)], watermark)).toBe(2);
  });

  it('does not reach a value that such an item shares', async () => {
    expect(await cursorOf([done(1), done(2), failed(2), done(4)], watermark)).toBe(1);
  });

  it('stays where it is when the first item is not done', async () => {
    expect(await cursorOf([failed(1), done(2)], watermark)).toBeNull();
  });

  it('moves also when the listing ended early', async () => {
    expect(await cursorOf([done(1), done(2)], watermark, broken)).toBe(2);
  });

  it('is held by an item without an id that was listed once more, because nobody knows what it repeats', async () => {
    const again: Stored = { ...failed(9), externalId: null, sequence: 2 * 2 ** 32 };
    expect(await cursorOf([done(1), done(2), again], watermark)).toBeNull();
  });

  it('is not held by an item with an id that only the second listing found, but does not reach it', async () => {
    const late: Stored = { ...failed(2), sequence: 2 * 2 ** 32 };
    expect(await cursorOf([done(1), done(2), done(3), late], watermark)).toBe(1);
  });
});

describe('a reducer', () => {
  const collected = (seen: (readonly unknown[])[]) => (values: readonly unknown[]) => {
    seen.push(values);
    return reduceCheckpointsByMax(values);
  };

  it('gets all values in order of dispatch', async () => {
    const seen: (readonly unknown[])[] = [];
    await cursorOf([done(3), skipped(1), done(2)], { reduceCheckpoints: collected(seen) });
    expect(seen).toEqual([[3, 1, 2]]);
  });

  it('that is foldable gets some ten thousand at a time, and what it gave before', async () => {
    const seen: (readonly unknown[])[] = [];
    const many = Array.from({ length: 10_050 }, (_, index) => done(index));
    expect(await cursorOf(many, { reduceCheckpoints: foldable(collected(seen)) })).toBe(10_049);
    expect(seen.map(({ length }) => length)).toEqual([10_000, 51]);
    expect(seen[1]?.[0]).toBe(9_999);
  });

  it.each([
    ['that throws', () => JSON.parse('{') as unknown],
    ['whose result MongoDB does not store', () => ({ then: null, fn: Symbol('none'), big: 'x'.repeat(2 ** 21) })],
  ])('%s has made no cursor', async (_kind, reduceCheckpoints) => {
    await expect(cursorOf([done(1)], { reduceCheckpoints })).rejects.toMatchObject({
      code: 'SYNC_CHECKPOINTS_INVALID',
    });
  });
});

describe('the greatest value, which the database finds,', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 });
  const value: fc.Arbitrary<unknown> = fc.oneof(
    ...[fc.integer(), fc.double(), fc.maxSafeInteger(), fc.date({ noInvalidDate: true }), text],
    fc.constantFrom(mongoose.mongo.Long.fromString('9007199254740993'), { page: 1 }, NaN),
  );
  const codeOf = (error: { code?: unknown }) => ({ refused: error.code });
  const oneType = fc.oneof(fc.array(fc.integer()), fc.array(text), fc.array(fc.double({ noNaN: true })));

  it('is the one that reduceCheckpointsByMax finds among all, or is refused alike', async () => {
    const property = fc.asyncProperty(fc.oneof(oneType, fc.array(value)), async (values) => {
      const reduceCheckpoints = (all: readonly unknown[]) => reduceCheckpointsByMax(all);
      const found = await cursorOf(values.map(done), hold).catch(codeOf);
      expect(found).toEqual(await cursorOf(values.map(done), { reduceCheckpoints }).catch(codeOf));
    });
    await fc.assert(property, { seed: 6, numRuns: 60 });
  });
});

describe('whatever becomes of the items, in whatever order, the cursor', () => {
  const status = fc.constantFrom('success', 'failed', 'skipped');
  const outcome = fc.record({ checkpointValue: fc.integer({ min: 0, max: 12 }), status }) as fc.Arbitrary<Stored>;
  const outcomes = fc.array(outcome, { maxLength: 12 });
  const numbers = (items: readonly Stored[], of: (item: Stored) => boolean) =>
    items.filter(of).map(({ checkpointValue }) => Number(checkpointValue));
  const settings = { seed: 20_261_121, numRuns: 60 };

  it('never passes an item that is not done, by default', async () => {
    const property = fc.asyncProperty(outcomes, fc.boolean(), async (items, isWhole) => {
      const cursor = await cursorOf(items, hold, isWhole ? null : broken);
      const holds = !isWhole || items.length === 0 || items.some((item) => item.status === 'failed');
      expect(cursor).toBe(holds ? null : Math.max(...numbers(items, () => true)));
    });
    await fc.assert(property, settings);
  });

  it('never reaches one in ascending order, and goes as far as it can', async () => {
    const property = fc.asyncProperty(outcomes, fc.boolean(), async (given, isWhole) => {
      const items = given.toSorted((one, other) => Number(one.checkpointValue) - Number(other.checkpointValue));
      const cursor = await cursorOf(items, watermark, isWhole ? null : broken);
      const least = Math.min(...numbers(items, (item) => item.status === 'failed'));
      const before = numbers(items, (item) => item.status !== 'failed').filter((value) => value < least);
      expect(cursor).toBe(before.length === 0 ? null : Math.max(...before));
    });
    await fc.assert(property, settings);
  });

  it('never reaches one where the order is not what the provider says', async () => {
    const property = fc.asyncProperty(outcomes, async (items) => {
      const cursor = await cursorOf(items, watermark);
      const least = Math.min(...numbers(items, (item) => item.status === 'failed'));
      if (cursor !== null) expect(Number(cursor)).toBeLessThan(least);
    });
    await fc.assert(property, settings);
  });
});
