import { createDenyList } from '../../redaction/deny-list.js';
import { typesOf } from './cast-value.js';
import type { Field, FormSchema } from './schema-walk.js';

/** Which part of an integration a field belongs to. */
export type Kind = 'credential' | 'metadata';

const denyList = createDenyList();

/** What the schema calls a format of addresses and times is none of a secret. */
const plainFormats = new Set(['uri', 'url', 'hostname', 'email', 'ipv4', 'ipv6', 'date', 'date-time', 'uuid']);

/**
 * Whether what is typed is hidden: credentials are, unless the schema says otherwise (`x-secret: false`, a format such
 * as `email`); metadata are where the schema says so (`x-secret`, `writeOnly`, `format: password`), or the name does.
 */
export function isSecretField({ path, schema }: Field, kind: Kind, root: FormSchema): boolean {
  if (typeof schema['x-secret'] === 'boolean') return schema['x-secret'];
  if (schema.writeOnly === true || schema.format === 'password') return true;
  if (denyList.denies(path.at(-1) ?? '')) return true;
  if (kind === 'metadata') return false;
  const types = typesOf(schema, root);
  const mayBeText = types.length === 0 || types.includes('string');
  return mayBeText && !plainFormats.has(String(schema.format));
}
