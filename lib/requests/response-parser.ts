import type { StandardSchemaV1 } from '@standard-schema/spec';
import { IntegrationError } from '../errors.js';
import { isError } from '../is-error.js';
import { isPlainObject } from '../plain-object.js';
import { cutText } from '../request-log/cut-text.js';
import { inputSchema, schemaIdentity } from './schema-identity.js';
import { compileSchema } from '../json-schema/compile-schema.js';
import type { JsonSchema } from '../types/json.js';
import type { FromPayload, ResponseSchema } from '../types/request-builder.js';

/** Nobody reads more than these. */
const maxLines = 20;
const maxLineLength = 1000;

export type ParseResult =
  | { readonly value: unknown; readonly violations?: undefined }
  | { readonly violations: readonly string[]; readonly cause?: unknown };

/** Checks a payload and makes the typed value of it. */
export interface ResponseParser {
  /** What the schema is called in messages: its class, title or vendor. */
  readonly schemaName: string;
  /** Equal for schemas that are known to be the same, in all processes. */
  identity(): string;
  parse(payload: unknown): ParseResult | Promise<ParseResult>;
}

/**
 * The parser of a Standard Schema (https://standardschema.dev), a class with `from(payload)`, or a JSON Schema.
 *
 * @throws IntegrationError `REQUEST_INVALID` for anything else, at once.
 */
export function responseParser(schema: ResponseSchema): ResponseParser {
  if (isStandardSchema(schema)) return standardParser(schema);
  if (isFromPayload(schema)) return classParser(schema);
  if (isJsonSchema(schema)) return jsonSchemaParser(schema);
  throw new IntegrationError(
    'REQUEST_INVALID',
    'as() takes a Standard Schema (zod, valibot, …), a class with a static from(payload), or a JSON Schema object.',
  );
}

function standardParser(schema: StandardSchemaV1): ResponseParser {
  const { vendor, validate } = schema['~standard'];
  return {
    schemaName: `the ${vendor} schema`,
    identity: () => schemaIdentity(schema, () => ({ vendor, takes: inputSchema(schema) })),
    async parse(payload) {
      const result = await validate(payload);
      return result.issues === undefined ? { value: result.value } : { violations: describeIssues(result.issues) };
    },
  };
}

/** A list can be wrong in each of its elements, and the lines become the message of an error. */
function describeIssues(issues: readonly StandardSchemaV1.Issue[]): string[] {
  const lines = issues.slice(0, maxLines).map((issue) => cutText(describeIssue(issue), maxLineLength));
  return issues.length > maxLines ? [...lines, `and ${String(issues.length - maxLines)} more`] : lines;
}

function describeIssue({ path = [], message }: StandardSchemaV1.Issue): string {
  const keys = path.map((segment) => (typeof segment === 'object' ? segment.key : segment));
  return `/${keys.map(String).join('/')}: ${message}`;
}

function classParser(schema: FromPayload<unknown>): ResponseParser {
  const name: unknown = 'name' in schema ? schema.name : undefined;
  return {
    schemaName: typeof name === 'string' && name !== '' ? name : 'the class',
    identity: () => schemaIdentity(schema, () => ({ class: name })),
    async parse(payload) {
      try {
        return { value: await schema.from(payload) };
      } catch (error) {
        const reason = isError(error) ? error.message : 'from() threw';
        return { violations: [cutText(reason, maxLineLength)], cause: error };
      }
    },
  };
}

function jsonSchemaParser(schema: JsonSchema): ResponseParser {
  const check = compileSchema(schema);
  const title: unknown = typeof schema === 'object' && 'title' in schema ? schema.title : undefined;
  return {
    schemaName: typeof title === 'string' ? title : 'the JSON Schema',
    identity: () => schemaIdentity(Object(schema) as object, () => ({ json: schema })),
    parse(payload) {
      const violations = check(payload);
      return violations.length === 0 ? { value: payload } : { violations };
    },
  };
}

function isStandardSchema(schema: unknown): schema is StandardSchemaV1 {
  return isObject(schema) && '~standard' in schema;
}

function isFromPayload(schema: unknown): schema is FromPayload<unknown> {
  return isObject(schema) && 'from' in schema && typeof schema.from === 'function';
}

function isJsonSchema(schema: unknown): schema is JsonSchema {
  return isPlainObject(schema);
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
