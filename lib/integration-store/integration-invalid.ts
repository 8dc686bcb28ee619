import { IntegrationError } from '../errors.js';

/** The error for a value that a field, option or filter cannot have. Tells the type of what came, never the value. */
export function integrationInvalid(
  path: string,
  expected: string,
  value: unknown,
): IntegrationError<'INTEGRATION_INVALID'> {
  const got = typeName(value);
  return new IntegrationError('INTEGRATION_INVALID', `${path}: expected ${expected}, got ${got}.`, {
    details: { path, expected, got },
  });
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'string' ? `string of ${String(value.length)} characters` : typeof value;
}
