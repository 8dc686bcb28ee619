import { referredTo } from '../../json-schema/json-pointer.js';
import { isPlainObject } from '../../plain-object.js';
import type { PlainObject } from '../../types/json.js';
import { exampleText } from './example-text.js';

/** A value that a JSON Schema allows, or that nothing could be made up. */
export type Example = { readonly value: unknown } | null;

/** How deep `$ref`s are followed. */
const deepest = 20;

/**
 * Makes up a value for a schema: its constant, the first of its enumeration, its default, its first example, else the
 * least that its type allows. Of an object, the required members alone. Whoever asks checks the value against the
 * schema: not every keyword is understood.
 *
 * @param name Of the member that it is for; goes into texts.
 */
export function exampleValue(schema: unknown, name: string, root: unknown = schema, depth = 0): Example {
  if (!isPlainObject(schema) || depth > deepest) return null;
  const next = (part: unknown): Example => exampleValue(part, name, root, depth + 1);
  if ('const' in schema) return { value: schema.const };
  if (Array.isArray(schema.enum)) return { value: (schema.enum as unknown[])[0] };
  if ('default' in schema) return { value: schema.default };
  const [first] = listOf(schema.examples);
  if (first !== undefined) return { value: first };
  if (typeof schema.$ref === 'string') return next(referredTo(root, schema.$ref));
  const { allOf, anyOf, oneOf, ...rest } = schema;
  if (allOf !== undefined) return next(listOf(allOf).reduce<PlainObject>(merged, rest));
  for (const option of [...listOf(anyOf), ...listOf(oneOf)]) {
    const example = next(merged(rest, option));
    if (example !== null) return example;
  }
  return ofType(schema, name, next, (member, key) => exampleValue(member, key, root, depth + 1));
}

type Next = (part: unknown) => Example;
type NextNamed = (part: unknown, name: string) => Example;

function ofType(schema: PlainObject, name: string, next: Next, member: NextNamed): Example {
  const type = Array.isArray(schema.type) ? (schema.type as unknown[])[0] : (schema.type ?? likelyType(schema));
  switch (type) {
    case 'string':
      return textOf(schema, name);
    case 'integer':
    case 'number':
      return { value: numberOf(schema, type === 'integer') };
    case 'boolean':
      return { value: false };
    case 'null':
      return { value: null };
    case 'array':
      return arrayOf(schema, next);
    case 'object':
      return objectOf(schema, member);
    default:
      return null;
  }
}

function likelyType(schema: PlainObject): string | null {
  if ('properties' in schema || 'required' in schema) return 'object';
  if ('items' in schema) return 'array';
  if ('pattern' in schema || 'format' in schema || 'minLength' in schema) return 'string';
  return 'minimum' in schema || 'maximum' in schema ? 'number' : null;
}

function textOf(schema: PlainObject, name: string): Example {
  const value = exampleText(name, {
    format: typeof schema.format === 'string' ? schema.format : null,
    pattern: typeof schema.pattern === 'string' ? schema.pattern : null,
    minLength: numeric(schema.minLength) ?? 0,
    maxLength: numeric(schema.maxLength) ?? Infinity,
  });
  return value === null ? null : { value };
}

function numberOf(schema: PlainObject, isInteger: boolean): number {
  const step = numeric(schema.multipleOf) ?? (isInteger ? 1 : 0.5);
  const [above, below] = [numeric(schema.exclusiveMinimum), numeric(schema.exclusiveMaximum)];
  const least = numeric(schema.minimum) ?? (above === null ? null : above + step);
  const most = numeric(schema.maximum) ?? (below === null ? null : below - step);
  if (least !== null) return Math.ceil(least / step) * step;
  return most === null ? step : Math.min(step, Math.floor(most / step) * step);
}

function arrayOf(schema: PlainObject, next: Next): Example {
  const value: unknown[] = [];
  for (let length = numeric(schema.minItems) ?? 0; length > 0; length -= 1) {
    const item = next(schema.items);
    if (item === null) return null;
    value.push(item.value);
  }
  return { value };
}

function objectOf(schema: PlainObject, member: NextNamed): Example {
  const properties = isPlainObject(schema.properties) ? schema.properties : {};
  const value: PlainObject = {};
  for (const key of listOf(schema.required)) {
    const example = member(properties[String(key)], String(key));
    // The other members can still be made up; the check names those that are missing.
    if (example !== null) value[String(key)] = example.value;
  }
  return { value };
}

/** Of the schemas that all have to fit, or of one with an alternative: what both say of members counts. */
function merged(one: PlainObject, other: unknown): PlainObject {
  if (!isPlainObject(other)) return one;
  return {
    ...one,
    ...other,
    ...(isPlainObject(one.properties) &&
      isPlainObject(other.properties) && { properties: { ...one.properties, ...other.properties } }),
    ...(Array.isArray(one.required) && { required: [...listOf(one.required), ...listOf(other.required)] }),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function numeric(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
