import type { FromSchema, FromSchemaOptions, JSONSchema } from 'json-schema-to-ts';

/** A JSON Schema (draft-07, or 2020-12 where `$schema` says so), as a plain object. */
export type JsonSchema = JSONSchema;

/** An object whose shape is not known at compile time. */
export type PlainObject = Record<string, unknown>;

/** The TypeScript type that a JSON Schema describes, defaults filled in; a schema of unknown shape gives a plain object. */
export type InferSchema<Schema> = Infer<Schema, { keepDefaultedPropertiesOptional: false }>;

/** Like {@link InferSchema}, before defaults are filled in: what has a default may be absent. */
export type InferSchemaInput<Schema> = Infer<Schema, { keepDefaultedPropertiesOptional: true }>;

// Asked in a tuple, because the union that JSONSchema is would be taken apart.
type Infer<Schema, Options extends FromSchemaOptions> = [JSONSchema] extends [Schema]
  ? PlainObject
  : Schema extends JSONSchema
    ? FromSchema<Schema, Options>
    : PlainObject;
