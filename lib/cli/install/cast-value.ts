import { isJsonObject } from '../../plain-object.js';
import { resolved, type FormSchema } from './schema-walk.js';

/** What a text came to, or what was expected in its place. */
export type Cast = { readonly value: unknown } | { readonly expected: string };

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/iu;
const truths = new Map([
  ...['true', 'yes', 'y', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'n', 'off', '0'].map((word) => [word, false] as const),
]);

/** Reads a text by the type that the schema declares. What may be text stays as it is. Never guesses: `abc` is no 0. */
export function castValue(text: string, schema: FormSchema, root: FormSchema): Cast {
  const listed = enumValue(text, schema);
  if (listed !== undefined) return { value: listed };
  const types = typesOf(schema, root);
  if (types.length === 0 || types.includes('string')) return { value: text };
  for (const type of types) {
    const value = readers[type]?.(text.trim());
    if (value !== undefined) return { value };
  }
  return { expected: types.map((type) => expectations[type] ?? type).join(' or ') };
}

type Reader = (text: string) => unknown;

/** Undefined: it is none. */
const readers: Readonly<Record<string, Reader>> = {
  integer: (text) => (Number.isSafeInteger(readNumber(text)) ? readNumber(text) : undefined),
  number: readNumber,
  boolean: (text) => truths.get(text.toLowerCase()),
  null: (text) => (text === 'null' ? null : undefined),
  array: (text) => readJson(text, Array.isArray),
  object: (text) => readJson(text, isJsonObject),
};

const expectations: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
  array: 'a JSON array',
  object: 'a JSON object',
};

function readNumber(text: string): number | undefined {
  return jsonNumber.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

function readJson(text: string, isWanted: (value: unknown) => boolean): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isWanted(value) ? value : undefined;
  } catch {
    // The parser's own error would quote what may be a secret.
    return undefined;
  }
}

function enumValue(text: string, schema: FormSchema): unknown {
  return enumOf(schema).find((value) => (typeof value === 'string' ? value : JSON.stringify(value)) === text);
}

/** The values that the schema lists; none where it lists none. */
export function enumOf({ enum: values }: FormSchema): readonly unknown[] {
  return Array.isArray(values) ? values : [];
}

/** The JSON types that a schema allows; none where it does not say. */
export function typesOf(schema: FormSchema, root: FormSchema): readonly string[] {
  const { type } = schema;
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type.map(String);
  if ('const' in schema) return [typeOf(schema.const)];
  const listed = enumOf(schema);
  if (listed.length > 0) return [...new Set(listed.map(typeOf))];
  const branches = [schema.anyOf, schema.oneOf, schema.allOf].flatMap((branch): unknown[] =>
    Array.isArray(branch) ? branch : [],
  );
  return [...new Set(branches.flatMap((branch) => typesOf(withoutBranches(resolved(branch, root)), root)))];
}

/** Schemas may refer to themselves: a branch of a branch says nothing more here. */
function withoutBranches({ anyOf: _any, oneOf: _one, allOf: _all, ...schema }: FormSchema): FormSchema {
  return schema;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
