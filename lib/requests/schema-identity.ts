import { createHash } from 'node:crypto';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { property } from '../failures/cause-chain.js';
import { opinionOf } from '../failures/opinion-of.js';
import { canonicalText } from '../fingerprint/canonical-text.js';

const identities = new WeakMap<object, string>();

/**
 * What tells a schema from others, the same in all processes: a hash of what describes it. Made once for each object.
 *
 * @param description Of plain data; what it leaves out does not count.
 */
export function schemaIdentity(schema: object, description: () => unknown): string {
  const known = identities.get(schema);
  if (known !== undefined) return known;
  const identity = createHash('sha256').update(canonicalText(description())).digest('base64url');
  identities.set(schema, identity);
  return identity;
}

/**
 * The JSON Schema of what a Standard Schema takes; null where it cannot tell.
 *
 * @see https://standardschema.dev/json-schema
 */
export function inputSchema(schema: StandardSchemaV1): unknown {
  const converter: unknown = property(schema['~standard'], 'jsonSchema');
  const convert = property(converter, 'input');
  if (typeof convert !== 'function') return null;
  return opinionOf<unknown>(() => Reflect.apply(convert, converter, [{ target: 'draft-2020-12' }]) as unknown);
}
