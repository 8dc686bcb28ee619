import mongoose from 'mongoose';

/** A value that has a place in an order: a text, a number, a date. */
export type Checkpoint = string | number | bigint | Date | mongoose.mongo.Long;

export function isCheckpoint(value: unknown): value is Checkpoint {
  return inOrder(value) !== null;
}

/**
 * Below 0 where `one` comes before `other`, 0 where they are equal, above 0 where it comes after; null where they
 * cannot be compared. Texts are compared by code points, whatever the language, as MongoDB does.
 */
export function compareCheckpoints(one: unknown, other: unknown): number | null {
  const [left, right] = [inOrder(one), inOrder(other)];
  if (left === null || left.type !== right?.type) return null;
  if (left.value === right.value) return 0;
  if (left.type === 'text') return Buffer.compare(Buffer.from(String(left.value)), Buffer.from(String(right.value)));
  return left.value > right.value ? 1 : -1;
}

interface Ordered {
  readonly type: 'text' | 'number' | 'date';
  readonly value: string | number | bigint;
}

function inOrder(value: unknown): Ordered | null {
  if (typeof value === 'string') return { type: 'text', value };
  if (typeof value === 'bigint') return { type: 'number', value };
  if (typeof value === 'number') return Number.isNaN(value) ? null : { type: 'number', value };
  // What MongoDB gives for whole numbers that a number cannot hold.
  if (value instanceof mongoose.mongo.Long) return { type: 'number', value: value.toBigInt() };
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) return null;
  return { type: 'date', value: value.getTime() };
}
