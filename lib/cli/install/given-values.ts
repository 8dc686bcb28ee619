import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import type { PlainObject } from '../../types/json.js';
import { isJsonObject } from '../../plain-object.js';
import type { Output } from '../output.js';
import { printable } from '../printable.js';
import type { Streams } from '../streams.js';
import { castValue } from './cast-value.js';
import type { Kind } from './field-secrecy.js';
import { invalidInput } from './invalid-input.js';
import { allFields, pathOf, schemaAt, type FormSchema } from './schema-walk.js';

export interface GivenParts {
  readonly kind: Kind;
  readonly root: FormSchema;
  /** `key=value`, in their order; the last of a key counts. */
  readonly pairs: readonly string[];
  /** What the environment's variables begin with; undefined: it is not looked at. */
  readonly environmentPrefix?: string | undefined;
  readonly output: Pick<Output, 'warn'>;
  readonly streams: Pick<Streams, 'stdin' | 'env' | 'cwd'>;
}

/**
 * The values that were given, each by its declared type: those of flags before those of the environment.
 *
 * @throws IntegrationError `CLI_INPUT_INVALID`
 */
export async function givenValues(parts: GivenParts): Promise<PlainObject> {
  const { kind, root, output } = parts;
  const values = fromEnvironment(parts);
  for (const pair of parts.pairs) {
    const [key, raw] = split(pair);
    if (key === null) {
      // Without the text: it may be a secret that somebody forgot the name of.
      output.warn(`A --${kind} is not of the form key=value, and was ignored.`);
      continue;
    }
    put(values, pathOf(root, key), cast(parts, key, kind === 'credential' ? await contentOf(parts, key, raw) : raw));
  }
  return values;
}

function split(pair: string): readonly [key: string | null, value: string] {
  const at = pair.indexOf('=');
  return at < 1 ? [null, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}

/** `-` is standard input, `@file` what the file holds, `@@` one `@`. Line ends at the end are an editor's. */
async function contentOf({ streams }: GivenParts, key: string, raw: string): Promise<string> {
  if (raw === '-') return withoutLineEnd(await readText(streams.stdin));
  if (raw.startsWith('@@')) return raw.slice(1);
  if (!raw.startsWith('@')) return raw;
  try {
    return withoutLineEnd(await readFile(resolve(streams.cwd(), raw.slice(1)), 'utf8'));
  } catch {
    throw invalidInput(
      `The file of --credential ${printable(key)} could not be read. A value that begins with @ is written with @@.`,
    );
  }
}

function withoutLineEnd(text: string): string {
  return text.replace(/(?:\r?\n)+$/u, '');
}

/** `webhookSecret` is `PREFIX_WEBHOOK_SECRET`. */
function fromEnvironment({ root, environmentPrefix, streams, kind }: GivenParts): PlainObject {
  const values: PlainObject = {};
  if (environmentPrefix === undefined) return values;
  for (const { path } of allFields(root)) {
    const name = variableName(environmentPrefix, path);
    const text = streams.env[name];
    if (text !== undefined && text !== '') put(values, path, cast({ kind, root }, path.join('.'), text));
  }
  return values;
}

function variableName(prefix: string, path: readonly string[]): string {
  const words = path.join('_').replaceAll(/(?<=[a-z\d])(?=[A-Z])|[^A-Za-z\d]+/gu, '_');
  return `${prefix.replace(/_$/u, '')}_${words.toUpperCase()}`;
}

function cast({ kind, root }: Pick<GivenParts, 'kind' | 'root'>, key: string, text: string): unknown {
  const outcome = castValue(text, schemaAt(root, pathOf(root, key)), root);
  if ('value' in outcome) return outcome.value;
  throw invalidInput(`Expected ${outcome.expected} for --${kind} ${printable(key)}.`);
}

/** Sets what is at the path, and makes the objects around it. */
export function put(values: PlainObject, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path;
  if (name === undefined) return;
  if (name === '' || name === '__proto__') throw invalidInput('The key of a value names no field.');
  if (rest.length === 0) {
    values[name] = value;
    return;
  }
  const inner = Object.hasOwn(values, name) ? values[name] : undefined;
  const object = isJsonObject(inner) ? inner : {};
  values[name] = object;
  put(object, rest, value);
}
