import { describe, expect, it } from 'vitest';
import { compileValidator } from '../../../lib/json-schema/compile-validator.js';

const written = () => ({ type: 'object', properties: { title: { type: 'string', default: 'none' } } });

describe('compileValidator', () => {
  it('compiles a schema that is written anew for each call only once', () => {
    expect(compileValidator(written())).toBe(compileValidator(written()));
    expect(compileValidator(written(), true)).toBe(compileValidator(written(), true));
  });

  it('tells validators that fill in defaults from those that do not', () => {
    const [plain, filling]: [object, object] = [{}, {}];
    expect([compileValidator(written())(plain), compileValidator(written(), true)(filling)]).toEqual([[], []]);
    expect([plain, filling]).toEqual([{}, { title: 'none' }]);
  });

  it('tells schemas apart by their content', () => {
    const other = { ...written(), required: ['title'] };
    expect(compileValidator(written())({})).toEqual([]);
    expect(compileValidator(other)({})).toHaveLength(1);
  });
});
