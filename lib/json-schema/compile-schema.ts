import type { JsonSchema } from '../types/json.js';
import { compileValidator } from './compile-validator.js';
import { describeErrors, type DescribeOptions } from './describe-errors.js';

/** What is wrong with a value, a line for each violation: `path: expected …, got …`. Empty where it fits. */
export type SchemaCheck = (value: unknown) => readonly string[];

/**
 * Compiles a JSON Schema, once per schema object; the check never changes values. Lines name JSON types and no values
 * unless `showValues` is set.
 *
 * @throws IntegrationError `SCHEMA_INVALID` for an invalid schema.
 */
export function compileSchema(schema: JsonSchema, options?: DescribeOptions): SchemaCheck {
  const validate = compileValidator(schema);
  return (value) => describeErrors(validate(value), options);
}
