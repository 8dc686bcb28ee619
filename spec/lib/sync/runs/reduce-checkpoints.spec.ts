import mongoose from 'mongoose';
import { describe, expect, it } from 'vitest';
import { foldable, isFoldable, isMax, reduceCheckpointsByMax } from '../../../../lib/sync/runs/reduce-checkpoints.js';

const day = (text: string): Date => new Date(`${text}T00:00:00Z`);
const long = mongoose.mongo.Long.fromString('9007199254740993');

describe('reduceCheckpointsByMax gives the greatest', () => {
  it.each([
    ['number', [3, 10, 9], 10],
    ['whole number beyond those of JavaScript', [1, long, 2n], long],
    ['date', [day('2026-02-01'), day('2026-11-01'), day('2025-12-31')], day('2026-11-01')],
    ['time stamp', ['2026-02-01T00:00:00Z', '2026-11-01T00:00:00Z'], '2026-11-01T00:00:00Z'],
    ['id as a text, by its characters', ['a9', 'b1', 'a99'], 'b1'],
    ['text, by code points as MongoDB does', ['\u{1f600}', '\uffee'], '\u{1f600}'],
  ])('%s', (_kind, values, greatest) => {
    expect(reduceCheckpointsByMax(values)).toEqual(greatest);
  });
});

describe('reduceCheckpointsByMax refuses', () => {
  it.each([
    ['several types', [1, '2'], /several types: number and string/],
    ['a date beside a text', [day('2026-02-01'), '2026-02-01'], /several types: Date and string/],
    ['an object', [{ page: 1 }], /type object/],
    ['no number', [NaN], /type NaN/],
    ['no date', [new Date('nonsense')], /type Invalid Date/],
  ])('%s, and names it', (_kind, values, message) => {
    expect(() => reduceCheckpointsByMax(values)).toThrow(message);
    expect(() => reduceCheckpointsByMax(values)).toThrow(expect.objectContaining({ code: 'SYNC_CHECKPOINTS_INVALID' }));
  });
});

it('foldable() marks a reducer, and leaves the one it was given alone', () => {
  const sum = (values: readonly unknown[]): number => values.reduce<number>((total, value) => total + Number(value), 0);
  expect(isFoldable(foldable(sum))).toBe(true);
  expect(foldable(sum)([1, 2, 3])).toBe(6);
  expect(isFoldable(sum)).toBe(false);
  expect(isFoldable(reduceCheckpointsByMax)).toBe(true);
  expect([isMax(reduceCheckpointsByMax), isMax(foldable(sum))]).toEqual([true, false]);
});
