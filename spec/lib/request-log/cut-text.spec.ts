import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutText } from '../../../lib/request-log/cut-text.js';

describe('cutText', () => {
  it('gives the beginning, and no half of a character', () => {
    expect(cutText('abcdef', 3)).toBe('abc');
    expect(cutText('ab😀d', 3)).toBe('ab');
    expect(cutText('ab😀d', 4)).toBe('ab😀');
    expect(cutText('abc', 3)).toBe('abc');
    expect(cutText('', 3)).toBe('');
  });

  it('keeps whole texts whole, and cuts at most one unit more than it must', () => {
    const property = fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, length) => {
      const cut = cutText(text, length);
      expect(text.startsWith(cut)).toBe(true);
      expect(Buffer.from(cut).toString()).toBe(cut);
      expect(cut.length).toBeLessThanOrEqual(length);
      expect(cut.length).toBeGreaterThanOrEqual(Math.min(text.length, length) - 1);
    });
    fc.assert(property, { seed: 1 });
  });
});
