import { describe, expect, it } from 'vitest';
import { defineSyncItemEvent } from '../../../lib/index.js';

describe('defineSyncItemEvent', () => {
  it('makes events that bear its name', () => {
    const orderSynced = defineSyncItemEvent<{ id: number }>('acme.order');
    expect(orderSynced({ id: 1 })).toEqual({ name: 'acme.order', payload: { id: 1 } });
    expect(orderSynced.eventClass).toBe('acme.order');
  });

  it.each(['', '1st', 'with space', 'a'.repeat(101), '$where'])('refuses the name "%s"', (name) => {
    expect(() => defineSyncItemEvent(name)).toThrow(expect.objectContaining({ code: 'SYNC_ITEM_INVALID' }));
  });
});
