import { referredTo } from '../../json-schema/json-pointer.js';
import { isJsonObject } from '../../plain-object.js';
import type { PlainObject } from '../../types/json.js';

/** A JSON Schema, as far as forms are made of it. */
export type FormSchema = Readonly<PlainObject>;

/** One value of a form. */
export interface Field {
  readonly path: readonly string[];
  readonly schema: FormSchema;
}

/** Schemas may refer to themselves. */
const deepest = 6;

/** What a schema says, its references within the document followed. */
export function resolved(schema: unknown, root: FormSchema): FormSchema {
  let current = asObject(schema);
  for (let hops = 0; typeof current.$ref === 'string' && hops < deepest; hops += 1) {
    const { $ref, ...beside } = current;
    current = { ...asObject(referredTo(root, $ref)), ...beside };
  }
  return current;
}

/** The schema of what stands at that path; empty where the schema does not say. */
export function schemaAt(root: FormSchema, path: readonly string[]): FormSchema {
  let current = resolved(root, root);
  for (const name of path) current = resolved(asObject(current.properties)[name], root);
  return current;
}

/** The path that a key means: `a.b` is a member of a member, unless the schema has a member of that very name. */
export function pathOf(root: FormSchema, key: string): readonly string[] {
  return Object.hasOwn(asObject(resolved(root, root).properties), key) ? [key] : key.split('.');
}

/** All that can be entered, one by one. */
export function allFields(root: FormSchema): readonly Field[] {
  return fieldsBelow(root, root, []);
}

function fieldsBelow(schema: unknown, root: FormSchema, path: readonly string[]): readonly Field[] {
  const object = resolved(schema, root);
  if (path.length > 0 && (!isGroup(object) || path.length >= deepest)) return [{ path, schema: object }];
  return Object.entries(asObject(object.properties)).flatMap(([name, member]) =>
    fieldsBelow(member, root, [...path, name]),
  );
}

/**
 * What is required and not there, one by one; without what has a default. Required objects that hold something required
 * come apart, and so do those of which something is there.
 */
export function missingFields(root: FormSchema, value: Readonly<PlainObject>): readonly Field[] {
  return missingBelow(root, root, value, []);
}

function missingBelow(
  schema: unknown,
  root: FormSchema,
  value: Readonly<PlainObject>,
  path: readonly string[],
): readonly Field[] {
  if (path.length >= deepest) return [];
  const object = resolved(schema, root);
  const properties = asObject(object.properties);
  const required = new Set<string>(Array.isArray(object.required) ? object.required.map(String) : []);
  return [...new Set([...required, ...Object.keys(value)])].flatMap((name): readonly Field[] => {
    const member = resolved(properties[name], root);
    const found = [...path, name];
    const current = value[name];
    if (isJsonObject(current)) return missingBelow(member, root, current, found);
    if (current !== undefined || !required.has(name) || 'default' in member) return [];
    return isGroup(member) ? missingBelow(member, root, {}, found) : [{ path: found, schema: member }];
  });
}

/** A copy with what needs no asking: the one value that a required member can have, and required objects around others. */
export function withForegoneValues(root: FormSchema, value: Readonly<PlainObject>): PlainObject {
  return foregone(root, root, value, 0);
}

function foregone(schema: unknown, root: FormSchema, value: Readonly<PlainObject>, depth: number): PlainObject {
  const { properties, required } = resolved(schema, root);
  const copy: PlainObject = { ...value };
  if (depth >= deepest) return copy;
  for (const [name, given] of Object.entries(asObject(properties))) {
    const member = resolved(given, root);
    const isRequired = Array.isArray(required) && required.includes(name);
    const current = copy[name];
    if (isJsonObject(current)) copy[name] = foregone(member, root, current, depth + 1);
    else if (current !== undefined || !isRequired || 'default' in member) continue;
    else if ('const' in member) copy[name] = member.const;
    else if (isGroup(member)) copy[name] = foregone(member, root, {}, depth + 1);
  }
  return copy;
}

/** An object whose members can be entered one by one. */
function isGroup({ properties }: FormSchema): boolean {
  return Object.keys(asObject(properties)).length > 0;
}

function asObject(value: unknown): FormSchema {
  return isJsonObject(value) ? value : {};
}
