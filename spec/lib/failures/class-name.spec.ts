import { describe, expect, it } from 'vitest';
import { classNameOf } from '../../../lib/failures/class-name.js';

describe('classNameOf', () => {
  it.each([
    ['Response', new Response()],
    ['TypeError', new TypeError('x')],
    ['Object', {}],
  ])('is %s', (name, value) => {
    expect(classNameOf(value)).toBe(name);
  });

  it.each([
    null,
    undefined,
    7,
    'text',
    Object.create(null),
    { constructor: 'none' },
    { constructor: Object.defineProperty(() => null, 'name', { value: '' }) },
  ])('is null for %s', (value) => {
    expect(classNameOf(value)).toBeNull();
  });
});
