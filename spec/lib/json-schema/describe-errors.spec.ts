import { describe, expect, it } from 'vitest';
import { compileValidator, type SchemaObject } from '../../../lib/json-schema/compile-validator.js';
import { describeErrors } from '../../../lib/json-schema/describe-errors.js';

function linesOf(schema: SchemaObject, value: unknown): readonly string[] {
  return describeErrors(compileValidator(schema)(value), { showValues: true });
}

describe('describeErrors', () => {
  it.each<[SchemaObject, unknown, string]>([
    [{ type: ['string', 'null'] }, 1, 'a string or null, got 1'],
    [{ enum: ['open', 'closed', null] }, 'shut', 'one of "open", "closed", null, got "shut"'],
    [{ const: true }, 'yes', 'true, got "yes"'],
    [{ type: 'integer', minimum: 1 }, 0, 'a number >= 1, got 0'],
    [{ type: 'number', exclusiveMaximum: 1 }, 1, 'a number < 1, got 1'],
    [{ type: 'integer', multipleOf: 5 }, 3, 'a multiple of 5, got 3'],
    [{ type: 'number' }, Number.NaN, 'a number, got NaN'],
    [{ type: 'string', minLength: 1 }, '', 'at least 1 character, got ""'],
    [{ type: 'string', maxLength: 2 }, 'abc', 'at most 2 characters, got "abc"'],
    [{ type: 'array', minItems: 1 }, [], 'at least 1 element, got array'],
    [{ type: 'array', maxItems: 1 }, [1, 2], 'at most 1 element, got array'],
    [{ type: 'array', uniqueItems: true }, [1, 1], 'elements that differ, got array'],
    [{ type: 'string', pattern: '^a$' }, 'b', 'text that matches ^a$, got "b"'],
    [{ type: 'string', format: 'uuid' }, 'b', 'text in the format "uuid", got "b"'],
    [{ typeof: 'function' }, 'b', 'a function, got "b"'],
    [{ methods: ['warn', 'error'] }, { warn: null }, 'an object with the methods warn, error, got object'],
    [{ not: { type: 'string' } }, 'b', 'it to NOT be valid, got "b"'],
    [{ type: 'string', expected: 'a colour' }, 1, 'a colour, got 1'],
  ])('says what %j expected of %j', (schema, value, line) => {
    expect(linesOf(schema, value)).toEqual([`value: expected ${line}`]);
  });

  it('cuts long strings', () => {
    expect(linesOf({ type: 'number' }, 'a'.repeat(100))).toEqual([
      `value: expected a number, got "${'a'.repeat(64)}…"`,
    ]);
  });

  it('writes paths as people do', () => {
    const number = { type: 'number' };
    const schema = {
      properties: { a: { items: { properties: { 'x y': number, 'b/c~': number, $d: number } } } },
    };
    expect(linesOf(schema, { a: [{}, { 'x y': '', 'b/c~': '', $d: '' }] })).toEqual([
      'a[1]["x y"]: expected a number, got ""',
      'a[1]["b/c~"]: expected a number, got ""',
      'a[1].$d: expected a number, got ""',
    ]);
  });

  it('names a member that is missing, and what it should have been', () => {
    const schema = {
      required: ['a', 'b', 'c', 'd'],
      properties: { a: { type: 'integer' }, b: { expected: 'a colour' }, c: { typeof: 'function' } },
      expected: 'a thing',
    };
    expect(linesOf(schema, {})).toEqual([
      'a: expected an integer, got nothing',
      'b: expected a colour, got nothing',
      'c: expected a function, got nothing',
      'd: expected a value, got nothing',
    ]);
  });

  it('names a member that another one needs', () => {
    expect(linesOf({ dependencies: { a: ['b'] } }, { a: 1 })).toEqual([
      'b: expected something, because a is there, got nothing',
    ]);
  });

  it('names an unknown member and the known one that was likely meant, but not what it holds', () => {
    const schema = { properties: { timeoutMs: {}, secret: {} }, additionalProperties: false };
    expect(linesOf(schema, { timeoutMS: 5, sercet: 'hunter2', colour: 'red' })).toEqual([
      'timeoutMS: expected no such key (did you mean "timeoutMs"?), got number',
      'sercet: expected no such key (did you mean "secret"?), got string',
      'colour: expected no such key, got string',
    ]);
  });

  it('lets a schema that says what it expects speak for its branches', () => {
    const branches = [{ type: 'string' }, { typeof: 'function' }];
    expect(linesOf({ anyOf: branches, expected: 'a URL or a function' }, 1)).toEqual([
      'value: expected a URL or a function, got 1',
    ]);
    expect(linesOf({ anyOf: branches }, 1)).toHaveLength(3);
  });

  it('leaves out that a conditional failed: its branch says why', () => {
    const schema = { if: { type: 'number' }, then: { type: 'number', minimum: 1 } };
    expect(linesOf(schema, 0)).toEqual(['value: expected a number >= 1, got 0']);
  });
});
