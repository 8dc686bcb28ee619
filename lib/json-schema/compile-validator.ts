import type { Ajv, ErrorObject } from 'ajv';
import type { Ajv2020 } from 'ajv/dist/2020.js';
import { errorMessage } from '../error-message.js';
import { IntegrationError } from '../errors.js';
import { createRecentValues } from '../recent-values.js';
import { recyclingAjv } from './recycling-ajv.js';
import { nearestName } from './nearest-name.js';

/** A violation as AJV reports it; `data` and `parentSchema` are there. */
export type Violation = ErrorObject<string, Record<string, unknown>>;

/** The violations of a value; none where it fits. */
export type Validator = (value: unknown) => readonly Violation[];

/** A JSON Schema of any draft and vocabulary; what is wrong with it is found when it is compiled. */
export type SchemaObject = Readonly<Record<string, unknown>>;

// What follows from a schema alone is made once per process. By content as well, because most schemas are written where
// the call is made: another object each time, with the same text.
const caches = { withDefaults: createCache(), withoutDefaults: createCache() };

function createCache() {
  return { byObject: new WeakMap<object, Validator>(), byContent: createRecentValues<Validator>(500) };
}

/**
 * Compiles a JSON Schema, once per content: 2020-12 where its `$schema` says so, else draft-07. Keywords that begin
 * with `x-` are notes.
 *
 * @param applyDefaults Write the schema's defaults into the values that are checked; default false.
 * @throws IntegrationError `SCHEMA_INVALID` for an invalid schema, and for one with keywords or formats nobody knows.
 */
export function compileValidator(schema: SchemaObject | boolean, applyDefaults = false): Validator {
  if (typeof schema === 'boolean') return compile(schema, applyDefaults);
  const { byObject, byContent } = applyDefaults ? caches.withDefaults : caches.withoutDefaults;
  const known = byObject.get(schema);
  if (known !== undefined) return known;
  const content = contentOf(schema);
  const validator = byContent.get(content) ?? compile(schema, applyDefaults);
  byObject.set(schema, validator);
  byContent.set(content, validator);
  return validator;
}

function contentOf(schema: SchemaObject): string {
  try {
    return JSON.stringify(schema);
  } catch (cause) {
    throw invalid('it cannot be written as JSON', { cause });
  }
}

function compile(schema: SchemaObject | boolean, applyDefaults: boolean): Validator {
  const draft = JSON.stringify(property(schema, '$schema') ?? '').includes('/draft/2020-12/') ? '2020-12' : 'draft-07';
  const ajv = recyclingAjv({ draft, applyDefaults });
  if (property(schema, '$async') !== undefined) throw invalid('$async schemas are not supported');
  for (const note of notesIn(schema)) if (ajv.RULES.keywords[note] !== true) ajv.addKeyword(note);
  try {
    const validate = ajv.compile(schema);
    return (value) => (validate(value) ? [] : (validate.errors ?? []));
  } catch (error) {
    throw invalid(explain(error, ajv), { cause: error });
  } finally {
    // The schema itself, which AJV would keep too, under its `$id`.
    if (typeof schema === 'object') ajv.removeSchema(schema);
  }
}

function notesIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const entries = Object.entries(schema);
  return entries.flatMap(([key, value]) => [...(key.startsWith('x-') ? [key] : []), ...notesIn(value)]);
}

function explain(error: unknown, ajv: Ajv | Ajv2020): string {
  const message = errorMessage(error);
  const unknown = /unknown keyword: "(.+)"/.exec(message)?.[1];
  if (unknown === undefined) return message;
  const nearest = nearestName(unknown, Object.keys(ajv.RULES.all));
  return `unknown keyword "${unknown}"${nearest === null ? '' : ` (did you mean "${nearest}"?)`}`;
}

function invalid(reason: string, origin: { cause?: unknown } = {}): IntegrationError<'SCHEMA_INVALID'> {
  return new IntegrationError('SCHEMA_INVALID', `Invalid JSON Schema: ${reason}.`, { ...origin, details: { reason } });
}

function property(schema: SchemaObject | boolean, name: string): unknown {
  return typeof schema === 'object' ? schema[name] : undefined;
}
