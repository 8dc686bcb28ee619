import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestName } from '../../../lib/json-schema/nearest-name.js';

const known = ['connection', 'providers', 'encryptionKeys', 'prefix', 'retry'];

describe('nearestName', () => {
  it.each([
    ['encryptionKey', 'encryptionKeys'],
    ['PREFIX', 'prefix'],
    ['conection', 'connection'],
    ['retries', null],
    ['colour', null],
    ['', null],
  ])('takes %j for %j', (name, expected) => {
    expect(nearestName(name, known)).toBe(expected);
  });

  it('finds a name with one letter changed or left out', () => {
    const position = fc.nat({ max: 100 });
    fc.assert(
      fc.property(fc.constantFrom(...known), position, fc.constantFrom('', 'q'), (name, at, put) => {
        const index = at % name.length;
        expect(nearestName(name.slice(0, index) + put + name.slice(index + 1), known)).toBe(name);
      }),
      { seed: 1 },
    );
  });

  it('has nothing to offer where nothing is known', () => {
    expect(nearestName('prefix', [])).toBeNull();
  });
});
