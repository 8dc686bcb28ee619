import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSchema } from '../../../lib/json-schema/compile-schema.js';
import type { JsonSchema } from '../../../lib/types/json.js';

const issue: JsonSchema = {
  type: 'object',
  properties: { title: { type: 'string' }, labels: { type: 'array', items: { type: 'string' } } },
  required: ['title'],
};

describe('compileSchema', () => {
  it('finds nothing wrong with a value that fits', () => {
    expect(compileSchema(issue)({ title: 'Broken', labels: ['bug'], number: 1 })).toEqual([]);
  });

  it('names every violation, by path, what was expected and the type that came', () => {
    expect(compileSchema(issue)({ labels: ['bug', 7] })).toEqual([
      'title: expected a string, got nothing',
      'labels[1]: expected a string, got number',
    ]);
  });

  it('calls the checked value by the given name', () => {
    expect(compileSchema(issue)(null)).toEqual(['value: expected an object, got null']);
    expect(compileSchema(issue, { root: 'response' })([])).toEqual(['response: expected an object, got array']);
  });

  it('shows values only when told that they are no secrets, and never those that the schema calls write-only', () => {
    const schema: JsonSchema = {
      type: 'object',
      properties: { port: { type: 'integer' }, password: { type: 'integer', writeOnly: true } },
    };
    const value = { port: 'eighty', password: 'hunter2' };
    expect(compileSchema(schema)(value)).toEqual([
      'port: expected an integer, got string',
      'password: expected an integer, got string',
    ]);
    expect(compileSchema(schema, { showValues: true })(value)).toEqual([
      'port: expected an integer, got "eighty"',
      'password: expected an integer, got string',
    ]);
  });

  it('never repeats a string it was given, whatever keyword it violates', () => {
    const schemas: JsonSchema[] = [
      { type: 'number' },
      { enum: ['a', 'b'] },
      { const: 'a' },
      { type: 'string', pattern: '^$' },
      { type: 'string', format: 'ipv4' },
      { type: 'string', maxLength: 1 },
      { anyOf: [{ type: 'number' }, { type: 'array' }] },
      { not: {} },
    ];
    fc.assert(
      fc.property(fc.constantFrom(...schemas), fc.stringMatching(/^secret-[0-9a-z]{8,16}$/), (schema, secret) => {
        const lines = compileSchema(schema)(secret);
        expect(lines).not.toEqual([]);
        expect(lines.join('\n')).not.toContain(secret);
      }),
      { seed: 1 },
    );
  });

  it('leaves the checked value as it is, defaults included', () => {
    const value = {};
    expect(compileSchema({ type: 'object', properties: { page: { type: 'integer', default: 1 } } })(value)).toEqual([]);
    expect(value).toEqual({});
  });

  it('cuts a long list of violations', () => {
    const lines = compileSchema({ type: 'array', items: { type: 'string' } })(Array.from({ length: 1000 }, () => 0));
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('and 980 more');
  });

  it('compiles draft-07 unless $schema says 2020-12', () => {
    const tuple = { type: 'array', prefixItems: [{ type: 'string' }] } as const;
    const modern = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...tuple };
    expect(compileSchema(modern)([1])).toEqual(['[0]: expected a string, got number']);
    expect(() => compileSchema(tuple)).toThrow(/unknown keyword "prefixItems"/);
  });

  it.each([
    [
      'a mistyped keyword',
      { type: 'object', requried: ['token'] },
      /unknown keyword "requried" \(did you mean "required"\?\)/,
    ],
    ['an unknown type', { type: 'strnig' }, /data\/type must be equal to one of the allowed values/],
    ['an unknown format', { type: 'string', format: 'emial' }, /unknown format "emial"/],
    ['a pattern that is none', { type: 'string', pattern: '(' }, /Invalid regular expression/],
    ['a reference to nowhere', { $ref: '#/definitions/none' }, /can't resolve reference #\/definitions\/none/],
    ['a draft that is not supported', { $schema: 'http://json-schema.org/draft-04/schema#' }, /draft-04/],
    ['an asynchronous schema', { $async: true, type: 'string' }, /\$async/],
  ])('refuses %s', (_name, schema, message) => {
    const compile = () => compileSchema(schema as JsonSchema);
    expect(compile).toThrow(expect.objectContaining({ code: 'SCHEMA_INVALID' }));
    expect(compile).toThrow(message);
  });

  it('takes notes and annotations', () => {
    const schema: JsonSchema & Record<string, unknown> = {
      'x-order': 1,
      title: 'Token',
      type: 'string',
      examples: ['a'],
    };
    expect(compileSchema({ ...schema })('a')).toEqual([]);
    expect(compileSchema({ ...schema })('b')).toEqual([]);
  });

  it('compiles schemas that share an $id, and the booleans', () => {
    const first: JsonSchema = { $id: 'https://example.com/token', type: 'string' };
    const second: JsonSchema = { $id: 'https://example.com/token', type: 'number' };
    expect([compileSchema(first)('a'), compileSchema(second)(1), compileSchema(true)(1)]).toEqual([[], [], []]);
    expect(compileSchema(false)(1)).toHaveLength(1);
  });

  it('compiles a schema object once', () => {
    let reads = 0;
    const schema: JsonSchema = {
      get type() {
        reads += 1;
        return 'string' as const;
      },
    };
    compileSchema(schema);
    const readsOfOne = reads;
    compileSchema(schema);
    expect(reads).toBe(readsOfOne);
  });

  it('refuses a schema that contains itself', () => {
    const schema: Record<string, unknown> = { type: 'object' };
    schema.properties = { child: schema };
    expect(() => compileSchema(schema as JsonSchema)).toThrow(expect.objectContaining({ code: 'SCHEMA_INVALID' }));
  });
});
