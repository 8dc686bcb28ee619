import type { Violation } from './compile-validator.js';
import { nearestName } from './nearest-name.js';

/** What a schema wanted of the value, or of its member, to be read after "expected". */
export function expectation(violation: Violation, member: string | null): string {
  const { keyword, parentSchema, message } = violation;
  const own: unknown = member === null ? parentSchema?.expected : undefined;
  if (typeof own === 'string') return own;
  return phrases[keyword]?.(violation) ?? `it to ${(message ?? keyword).replace(/^must /, '')}`;
}

const phrases: Readonly<Record<string, (violation: Violation) => string>> = {
  type: ({ params }) => typePhrase(params.type),
  required: ({ params, parentSchema }) => memberPhrase(parentSchema?.properties, params.missingProperty),
  dependencies: ({ params }) => `something, because ${String(params.property)} is there`,
  dependentRequired: ({ params }) => `something, because ${String(params.property)} is there`,
  additionalProperties: unknownMemberPhrase,
  unevaluatedProperties: unknownMemberPhrase,
  enum: ({ params }) =>
    `one of ${listOf(params.allowedValues)
      .map((value) => JSON.stringify(value))
      .join(', ')}`,
  const: ({ params }) => JSON.stringify(params.allowedValue),
  minimum: comparisonPhrase,
  maximum: comparisonPhrase,
  exclusiveMinimum: comparisonPhrase,
  exclusiveMaximum: comparisonPhrase,
  multipleOf: ({ params }) => `a multiple of ${String(params.multipleOf)}`,
  minLength: ({ params }) => `at least ${count(params.limit, 'character')}`,
  maxLength: ({ params }) => `at most ${count(params.limit, 'character')}`,
  minItems: ({ params }) => `at least ${count(params.limit, 'element')}`,
  maxItems: ({ params }) => `at most ${count(params.limit, 'element')}`,
  uniqueItems: () => 'elements that differ',
  pattern: ({ params }) => `text that matches ${String(params.pattern)}`,
  format: ({ params }) => `text in the format ${JSON.stringify(params.format)}`,
  typeof: ({ schema }) => `a ${String(schema)}`,
  methods: ({ schema }) => `an object with the methods ${listOf(schema).join(', ')}`,
};

const typePhrases: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'an integer',
  boolean: 'true or false',
  object: 'an object',
  array: 'an array',
};

function typePhrase(type: unknown): string {
  const types = Array.isArray(type) ? type : [type];
  return types.map((name) => typePhrases[String(name)] ?? String(name)).join(' or ');
}

function memberPhrase(properties: unknown, name: unknown): string {
  const member: unknown = isObject(properties) ? properties[String(name)] : undefined;
  if (!isObject(member)) return 'a value';
  if (typeof member.expected === 'string') return member.expected;
  if (typeof member.typeof === 'string') return `a ${member.typeof}`;
  return member.type === undefined ? 'a value' : typePhrase(member.type);
}

function unknownMemberPhrase({ params, parentSchema }: Violation): string {
  const name = String(params.additionalProperty ?? params.unevaluatedProperty);
  const properties: unknown = parentSchema?.properties;
  const nearest = nearestName(name, isObject(properties) ? Object.keys(properties) : []);
  return nearest === null ? 'no such key' : `no such key (did you mean "${nearest}"?)`;
}

function comparisonPhrase({ params }: Violation): string {
  return `a number ${String(params.comparison)} ${String(params.limit)}`;
}

function count(limit: unknown, noun: string): string {
  return `${String(limit)} ${noun}${limit === 1 ? '' : 's'}`;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
