import { expect, it } from 'vitest';
import { optionsSchema } from '../../schemas/json/options.js';
import { readPage, tableRows } from './markdown.js';

interface OptionSchema {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, OptionSchema>>;
  readonly items?: OptionSchema;
}

/** The options by path; of a group, its members. */
function leaves(properties: Readonly<Record<string, OptionSchema>>, path = ''): [string, OptionSchema][] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const below = schema.properties ?? schema.items?.properties;
    const own: [string, OptionSchema] = [path + name, schema];
    if (below === undefined) return [own];
    const members = leaves(below, `${path}${name}${schema.items === undefined ? '' : '[]'}.`);
    return schema.items === undefined ? members : [own, ...members];
  });
}

const options = leaves(optionsSchema.properties);
const required = [...optionsSchema.required, 'encryptionKeys[].id', 'encryptionKeys[].secret'];
const documented = tableRows(readPage('docs/options.md'));

/** The unit that a name announces. */
function unitOf(name: string): string | null {
  if (name.endsWith('Ms')) return 'milliseconds';
  return /(Seconds|Minutes|Hours|Days|Bytes)$/.exec(name)?.[0].toLowerCase() ?? null;
}

it('documents every option, and no other', () => {
  expect([...documented.keys()].sort()).toEqual(options.map(([path]) => path).sort());
});

it.each(options)('says of %s its unit and bounds, its default, and what it means', (path, schema) => {
  const [value, byDefault, meaning] = documented.get(path) ?? [];
  expect(value).toContain(unitOf(path) ?? '');
  expect(value).not.toBe('');
  for (const bound of [schema.minimum, schema.exclusiveMinimum, schema.maximum])
    if (bound !== undefined) expect(value).toContain(bound.toLocaleString('en-US'));
  if (required.includes(path)) expect(byDefault).toBe('required');
  else if (schema.default === undefined) expect(byDefault).toBe('–');
  else expect(byDefault).toBe(`\`${JSON.stringify(schema.default).replaceAll('"', "'")}\``);
  expect(meaning).toMatch(/^.{10,}\.$/);
});
