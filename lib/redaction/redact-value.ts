import { REDACTED } from './mark.js';
import { descend, type PathTree } from './path-tree.js';
import { plainView, structuralView, type PlainView } from './plain-view.js';

/** What {@link redactValue} goes by. */
export interface ValueRules {
  /** Values at these places are replaced, whatever they are. */
  readonly paths: PathTree;
  /** Strings, numbers and objects under these names are replaced; empty strings, booleans and null tell nothing. */
  readonly denies: (name: string) => boolean;
  /** Applied to all other strings, and to long keys. */
  readonly text: (text: string) => string;
}

/** A copy without secrets. */
export interface RedactedValue {
  readonly copy: unknown;
  /** Whether anything was replaced: otherwise the copy says what the value says. */
  readonly changed: boolean;
}

// Beyond these a value is somebody's mistake; what is not looked at is not copied.
const MAX_DEPTH = 100;
const MAX_NODES = 200_000;
const TOO_LARGE = '[too large]';

// Most keys are shorter than any known secret or recognisable token: they need no look.
const SHORTEST_TOKEN = 8;

/**
 * Copies a value as plain data, in one walk, and replaces what is secret in the copy. The value itself is never
 * touched, and no key is added to the copy. What JSON can't hold becomes text (`[circular]`, `[binary 12 bytes]`,
 * `[stream]`); getters and `toJSON` that throw cost their own value only.
 */
export function redactValue(value: unknown, rules: ValueRules): RedactedValue {
  const walk: Walk = { rules, ancestors: [], nodes: 0, changed: false };
  const copy = visit(value, [rules.paths], walk);
  return { copy, changed: walk.changed };
}

interface Walk {
  readonly rules: ValueRules;
  readonly ancestors: object[];
  nodes: number;
  changed: boolean;
}

function visit(value: unknown, paths: readonly PathTree[], walk: Walk): unknown {
  walk.nodes += 1;
  if (typeof value === 'string') return replaced(value, walk.rules.text(value), walk);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  const marker = reasonToStop(value, walk);
  if (marker !== undefined) return replaced(value, marker, walk);
  walk.ancestors.push(value);
  const copy = copied(plainView(value), paths, walk);
  walk.ancestors.pop();
  return copy;
}

function reasonToStop(value: object, walk: Walk): string | undefined {
  if (walk.ancestors.length >= MAX_DEPTH) return '[too deep]';
  if (walk.nodes > MAX_NODES) return TOO_LARGE;
  return walk.ancestors.includes(value) ? '[circular]' : undefined;
}

function copied(view: PlainView, paths: readonly PathTree[], walk: Walk): unknown {
  switch (view.kind) {
    case 'marker':
      return view.text;
    case 'list':
      return list(view.items, paths, walk);
    case 'record':
      return record(view.entries, paths, walk);
    case 'value':
      if (typeof view.value !== 'object' || view.value === null) return visit(view.value, paths, walk);
      return copied(structuralView(view.value), paths, walk);
  }
}

function list(items: readonly unknown[], paths: readonly PathTree[], walk: Walk): unknown[] {
  const copy: unknown[] = [];
  for (const [index, item] of items.entries()) {
    if (walk.nodes > MAX_NODES) {
      copy.push(replaced(items, TOO_LARGE, walk));
      break;
    }
    copy.push(element(String(index), item, paths, walk));
  }
  return copy;
}

function record(entries: readonly (readonly [string, unknown])[], paths: readonly PathTree[], walk: Walk): object {
  const copy: Record<string, unknown> = {};
  for (const [key, value] of entries) {
    if (walk.nodes > MAX_NODES) {
      copy[TOO_LARGE] = replaced(value, true, walk);
      break;
    }
    const isDenied = tells(value) && walk.rules.denies(key);
    const item = isDenied ? replaced(value, REDACTED, walk) : element(key, value, paths, walk);
    // A key may be a token itself, e.g. in a map from sessions to users.
    const name = key.length < SHORTEST_TOKEN ? key : replaced(key, walk.rules.text(key), walk);
    if (name === '__proto__') Object.defineProperty(copy, name, { ...plainProperty, value: item });
    else copy[name] = item;
  }
  return copy;
}

const plainProperty = { enumerable: true, configurable: true, writable: true };

function element(key: string, value: unknown, paths: readonly PathTree[], walk: Walk): unknown {
  const below = descend(paths, key);
  if (below.some(({ ends }) => ends) && value !== undefined) return replaced(value, REDACTED, walk);
  return visit(value, below, walk);
}

function replaced<T>(value: unknown, replacement: T, walk: Walk): T {
  if (value !== replacement) walk.changed = true;
  return replacement;
}

function tells(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && typeof value !== 'boolean';
}
