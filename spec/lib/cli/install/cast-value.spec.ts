import { describe, expect, it } from 'vitest';
import { castValue } from '../../../../lib/cli/install/cast-value.js';

const root = { definitions: { port: { type: 'integer' } } };

describe('castValue', () => {
  it.each([
    ['8443', { type: 'integer' }, 8443],
    [' -1 ', { type: 'integer' }, -1],
    ['1e3', { type: 'integer' }, 1000],
    ['0.5', { type: 'number' }, 0.5],
    ['YES', { type: 'boolean' }, true],
    ['0', { type: 'boolean' }, false],
    ['null', { type: ['integer', 'null'] }, null],
    ['[1]', { type: 'array' }, [1]],
    ['{"a":1}', { type: 'object' }, { a: 1 }],
    ['2', { enum: [1, 2] }, 2],
    ['paid', { enum: ['free', 'paid'] }, 'paid'],
    ['7', { const: 7 }, 7],
    ['7', { anyOf: [{ type: 'integer' }, { type: 'boolean' }] }, 7],
    ['0123', { type: ['string', 'integer'] }, '0123'],
    ['text', {}, 'text'],
    ['', { type: 'string' }, ''],
  ])('reads %j by %j', (text, schema, value) => {
    expect(castValue(text, schema, root)).toEqual({ value });
  });

  it.each([
    ['eight', { type: 'integer' }],
    ['', { type: 'integer' }],
    ['1.5', { type: 'integer' }],
    ['0x10', { type: 'integer' }],
    ['9007199254740993', { type: 'integer' }],
    ['1e999', { type: 'number' }],
    ['NaN', { type: 'number' }],
    ['maybe', { type: 'boolean' }],
    ['', { type: 'boolean' }],
    ['a,b', { type: 'array' }],
    ['{}', { type: 'array' }],
    ['[]', { type: 'object' }],
    ['null', { type: 'object' }],
  ])('takes no %j for %j', (text, schema) => {
    expect(castValue(text, schema, root)).toEqual({ expected: expect.any(String) as string });
  });
});
