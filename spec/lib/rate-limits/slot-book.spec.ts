import { describe, expect, it } from 'vitest';
import { createSlotBook } from '../../../lib/rate-limits/slot-book.js';
import { settlementOf } from '../../../lib/rate-limits/slot.js';

const timeoutMs = 30_000;

function createBook(mergeMs = 100) {
  let ids = 0;
  const book = createSlotBook(mergeMs, () => `slot-${(ids += 1)}`);
  /** A reservation that gives so many tokens at once. */
  const reserve = (tokens: number, now: number, members = {}) => {
    const slot = book.forReservation(now);
    book.add(slot, { tokens, sentAt: now, now, timeoutMs, ...members });
    return slot;
  };
  return { book, reserve };
}

describe('reserved tokens', () => {
  it('are handed out once each', () => {
    const { book, reserve } = createBook();
    reserve(2, 0);
    expect([book.take(timeoutMs, 1), book.take(timeoutMs, 1), book.take(timeoutMs, 1)]).toEqual([
      expect.objectContaining({ id: 'slot-1' }),
      expect.objectContaining({ id: 'slot-1' }),
      null,
    ]);
  });

  it('are not used a second after their reservation was sent', () => {
    const { book, reserve } = createBook();
    reserve(1, 0, { now: 900 });
    expect(book.take(timeoutMs, 1_001)).toBeNull();
    expect(book.take(timeoutMs, 1_000)).not.toBeNull();
  });

  it('are not made fresh by a later reservation that gave nothing', () => {
    const { book, reserve } = createBook(5_000);
    reserve(1, 0);
    reserve(0, 900);
    expect(book.take(timeoutMs, 1_500)).toBeNull();
  });

  it('are not used by an attempt that may take longer than was reserved for', () => {
    const { book, reserve } = createBook();
    reserve(2, 0);
    expect(book.take(timeoutMs + 1, 1)).toBeNull();
    reserve(1, 1, { timeoutMs: timeoutMs + 1 });
    expect(book.take(timeoutMs + 1, 1)).not.toBeNull();
  });

  it('go into one slot until it is old', () => {
    const { reserve } = createBook(100);
    expect([reserve(1, 0).id, reserve(1, 100).id, reserve(1, 101).id]).toEqual(['slot-1', 'slot-1', 'slot-2']);
  });

  it('lie in their slot from the reply on, however long that took', () => {
    const { book, reserve } = createBook(100);
    reserve(2, 0, { now: 500 });
    expect(book.take(timeoutMs, 550)).not.toBeNull();
    book.close(600, 'old');
    expect(book.take(timeoutMs, 600)).not.toBeNull();
  });

  it('may be used by another call when they are given back', () => {
    const { book, reserve } = createBook();
    reserve(1, 0);
    book.giveBack(book.take(timeoutMs, 1)!);
    expect(book.take(timeoutMs, 2)).not.toBeNull();
  });
});

describe('a slot', () => {
  it('is settled once it is closed and nothing of it is under way, with what was used and the last answer', () => {
    const { book, reserve } = createBook();
    reserve(5, 0);
    const [first, second, third] = [book.take(timeoutMs, 1)!, book.take(timeoutMs, 1)!, book.take(timeoutMs, 1)!];
    book.release(first, true, 10.5);
    book.close(101, 'old');
    expect(book.takeSettled()).toEqual([]);
    book.release(second, true, 150.25);
    book.giveBack(third);
    const [settled, ...others] = book.takeSettled();
    expect(others).toEqual([]);
    expect(settlementOf(settled!, 200)).toEqual({ slotId: 'slot-1', used: 2, answeredMsAgo: 49 });
    expect(book.isEmpty()).toBe(true);
  });

  it('keeps its end where an answer is missing', () => {
    const { book, reserve } = createBook();
    reserve(2, 0);
    const [first, second] = [book.take(timeoutMs, 1)!, book.take(timeoutMs, 1)!];
    book.release(first, false, 10);
    book.release(second, true, 20);
    book.close(30, 'any');
    expect(settlementOf(book.takeSettled()[0]!, 50)).toEqual({ slotId: 'slot-1', used: 2, answeredMsAgo: null });
  });

  it('that was never stored needs no settlement', () => {
    const { book, reserve } = createBook();
    reserve(0, 0);
    book.close(1, 'any');
    expect([book.takeSettled(), book.isEmpty()]).toEqual([[], true]);
  });

  it('that may be stored, though no reply said so, is settled', () => {
    const { book } = createBook();
    book.forReservation(0).mayBeStored = true;
    book.close(1, 'any');
    expect(settlementOf(book.takeSettled()[0]!, 2)).toEqual({ slotId: 'slot-1', used: 0, answeredMsAgo: null });
  });
});

describe('what is reserved ahead', () => {
  /** A lone caller, as fast as its tokens last. */
  function useUp(tokens: number): number[] {
    const { book } = createBook();
    const asked: number[] = [];
    for (let taken = 0; taken < tokens; taken += 1) {
      if (book.take(timeoutMs, 1) !== null) continue;
      const slot = book.forReservation(1);
      asked.push(book.ahead());
      book.add(slot, { tokens: 1 + book.ahead(), sentAt: 1, now: 1, timeoutMs });
      book.take(timeoutMs, 1);
    }
    return asked;
  }

  it('is nothing at first, and doubles up to 32 while it is used up quickly', () => {
    expect(useUp(200).slice(0, 8)).toEqual([0, 1, 2, 4, 8, 16, 32, 32]);
  });

  it('is a quarter of what the last slot used', () => {
    const { book, reserve } = createBook();
    reserve(20, 0);
    for (let taken = 0; taken < 17; taken += 1) book.take(timeoutMs, 1);
    book.close(200, 'old');
    expect(book.ahead()).toBe(4);
    reserve(5, 200);
    book.close(400, 'old');
    expect(book.ahead()).toBe(0);
  });
});
