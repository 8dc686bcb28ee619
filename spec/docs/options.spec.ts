import { expect, it } from 'vitest';
import { optionsSchema } from '../../schemas/json/options.js';
import { readPage, tableRows } from './markdown.js';

interface OptionSchema {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly default?: unknown;
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
  return name.endsWith('Bytes') ? 'bytes' : null;
}

it('documents every option, and no other', () => {
  expect([...documented.keys()].sort()).toEqual(options.map(([path]) => path).sort());
});

it.each(options)('says of %s its unit and its default', (path, schema) => {
  const [unit, value, meaning] = documented.get(path) ?? [];
  expect(unit).toContain(unitOf(path) ?? '');
  expect(unit).not.toBe('');
  if (required.includes(path)) expect(value).toBe('required');
  else if (schema.default === undefined) expect(value).not.toMatch(/^(required|`.*`)?$/);
  else expect(value).toBe(`\`${JSON.stringify(schema.default).replaceAll('"', "'")}\``);
  expect(meaning).toMatch(/\.$/);
});
