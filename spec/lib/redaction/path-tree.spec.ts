import { describe, expect, it } from 'vitest';
import { lastNames, pathTree } from '../../../lib/redaction/path-tree.js';
import { redactValue } from '../../../lib/redaction/redact-value.js';

function redact(value: unknown, ...paths: string[]): unknown {
  return redactValue(value, { paths: pathTree(paths), denies: () => false, text: (text) => text }).copy;
}

describe('pathTree', () => {
  it('replaces the value at a dot path and nothing beside it', () => {
    const value = { customer: { email: 'a@b', name: 'Ann' }, email: 'c@d' };
    expect(redact(value, 'customer.email')).toEqual({
      customer: { email: '[REDACTED]', name: 'Ann' },
      email: 'c@d',
    });
  });

  it('takes a star for every element of an array', () => {
    const value = { customers: [{ email: 'a@b' }, { name: 'Bob' }, { email: 'c@d' }] };
    expect(redact(value, 'customers.*.email')).toEqual({
      customers: [{ email: '[REDACTED]' }, { name: 'Bob' }, { email: '[REDACTED]' }],
    });
  });

  it('takes a star for every key', () => {
    expect(redact({ a: { pin: 1 }, b: { pin: 2, id: 3 } }, '*.pin')).toEqual({
      a: { pin: '[REDACTED]' },
      b: { pin: '[REDACTED]', id: 3 },
    });
  });

  it('does not cross an array without a star, but takes an index', () => {
    const value = { customers: [{ email: 'a@b' }, { email: 'c@d' }] };
    expect(redact(value, 'customers.email')).toEqual(value);
    expect(redact(value, 'customers.1.email')).toEqual({ customers: [{ email: 'a@b' }, { email: '[REDACTED]' }] });
  });

  it('never creates what is not there', () => {
    const value = { a: null, b: 'text', c: {}, d: { e: undefined } };
    expect(redact(value, 'a.x', 'b.x', 'c.x.y', 'd.e', 'z', '')).toStrictEqual(value);
  });

  it('replaces whatever stands there, null and whole objects included', () => {
    expect(redact({ a: null, b: false, c: { d: [1] } }, 'a', 'b', 'c')).toEqual({
      a: '[REDACTED]',
      b: '[REDACTED]',
      c: '[REDACTED]',
    });
  });

  it('follows several paths at once, stars and names mixed', () => {
    const value = { a: { x: 1, y: 2, z: 3 }, b: { x: 1, y: 2, z: 3 } };
    expect(redact(value, 'a.x', '*.y', 'a.*.never')).toEqual({
      a: { x: '[REDACTED]', y: '[REDACTED]', z: 3 },
      b: { x: 1, y: '[REDACTED]', z: 3 },
    });
  });
});

describe('lastNames', () => {
  it('gives the name that a path ends with, stars and indexes aside', () => {
    expect(lastNames(['a.b', 'customers.*.email', 'phones.*', 'lines.0', '*.*'])).toEqual([
      'b',
      'email',
      'phones',
      'lines',
      '*',
    ]);
  });
});
