import type { Vocabulary } from 'ajv';

/**
 * What our own schemas say beside JSON Schema:
 *
 * - `typeof: 'function'`: what `typeof` gives
 * - `methods: ['model', …]`: these members are functions, own or inherited
 * - `expected: 'a …'`: what an error says in place of the keyword that failed
 */
export const vocabulary: Vocabulary = [
  {
    keyword: 'typeof',
    schemaType: 'string',
    validate: (expected: string, value: unknown) => typeof value === expected,
  },
  { keyword: 'methods', schemaType: 'array', validate: hasMethods },
  { keyword: 'expected', schemaType: 'string' },
];

function hasMethods(names: readonly string[], value: unknown): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return names.every((name) => typeof Reflect.get(value, name) === 'function');
}
