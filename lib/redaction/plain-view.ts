import { isError } from '../is-error.js';

type Entry = readonly [key: string, value: unknown];

/** How an object is looked at: as what JSON would make of it, and where JSON makes nothing of it, as what it holds. */
export type PlainView =
  | { readonly kind: 'list'; readonly items: readonly unknown[] }
  | { readonly kind: 'record'; readonly entries: readonly Entry[] }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'marker'; readonly text: string };

const unreadable = { kind: 'marker', text: '[unreadable]' } as const satisfies PlainView;

/** The view of an object; of one that throws when it is looked at, a marker. */
export function plainView(value: object): PlainView {
  try {
    return opaque(value) ?? asJson(value) ?? collection(value) ?? { kind: 'record', entries: ownEntries(value) };
  } catch {
    return unreadable;
  }
}

/** The view of what `toJSON` gave: JSON does not ask a second time. */
export function structuralView(value: object): PlainView {
  try {
    return opaque(value) ?? collection(value) ?? { kind: 'record', entries: ownEntries(value) };
  } catch {
    return unreadable;
  }
}

/** Bytes and streams, which are neither to be copied nor to be read; what fetch answers is one too. */
function opaque(value: object): PlainView | undefined {
  if (ArrayBuffer.isView(value) || isBuffer(value)) return binary(value.byteLength);
  if (value instanceof Blob) return binary(value.size);
  const isStream =
    value instanceof ReadableStream || value instanceof Response || typeof Reflect.get(value, 'pipe') === 'function';
  return isStream ? { kind: 'marker', text: '[stream]' } : undefined;
}

function isBuffer(value: object): value is ArrayBuffer | SharedArrayBuffer {
  return value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;
}

function binary(bytes: number): PlainView {
  return { kind: 'marker', text: `[binary ${String(bytes)} bytes]` };
}

function asJson(value: object): PlainView | undefined {
  const toJSON: unknown = Reflect.get(value, 'toJSON');
  return typeof toJSON === 'function' ? { kind: 'value', value: Reflect.apply(toJSON, value, ['']) } : undefined;
}

function collection(value: object): PlainView | undefined {
  if (Array.isArray(value)) return { kind: 'list', items: value };
  if (value instanceof Set) return { kind: 'list', items: [...value] };
  if (value instanceof Map || value instanceof Headers) return { kind: 'record', entries: entriesOf(value) };
  if (value instanceof FormData || value instanceof URLSearchParams)
    return { kind: 'record', entries: fieldsOf(value) };
  if (isError(value)) return { kind: 'record', entries: errorEntries(value) };
  const isBoxed = value instanceof String || value instanceof Number || value instanceof Boolean;
  return isBoxed ? { kind: 'value', value: value.valueOf() } : undefined;
}

function ownEntries(value: object): Entry[] {
  return Object.keys(value).map((key) => [key, read(value, key)]);
}

/** What JSON leaves out of an error is what an error is about. */
function errorEntries(error: Error): Entry[] {
  const own = ['name', 'message', 'stack', 'cause', 'errors'].filter((key) => key in error);
  return [...new Set([...own, ...Object.keys(error)])].map((key) => [key, read(error, key)]);
}

/** A getter may throw: that costs its own value only. */
function read(value: object, key: string): unknown {
  try {
    return Reflect.get(value, key);
  } catch {
    return unreadable.text;
  }
}

function entriesOf(pairs: Iterable<readonly [unknown, unknown]>): Entry[] {
  return Array.from(pairs, ([key, value]) => [String(key), value]);
}

/** The fields of a form; one that occurs several times becomes a list. */
function fieldsOf(form: FormData | URLSearchParams): Entry[] {
  const names = [...new Set(form.keys())];
  return names.map((name) => {
    const values: unknown[] = form.getAll(name);
    return [name, values.length === 1 ? values[0] : values];
  });
}
