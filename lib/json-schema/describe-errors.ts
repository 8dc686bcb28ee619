import type { Violation } from './compile-validator.js';
import { describeValue, kindOf } from './describe-value.js';
import { expectation } from './expectation.js';
import { formatPath } from './format-path.js';

export interface DescribeOptions {
  /** What the checked value itself is called; default `value`. */
  readonly root?: string;
  /**
   * Show short values, other than those of a schema with `writeOnly: true`. Default false: their JSON type alone,
   * because a value may be a secret.
   */
  readonly showValues?: boolean;
}

/** A drifted list can violate its schema once per element; nobody reads more than these. */
const maxLines = 20;

/** Turns AJV's errors into lines like `retry.jitter: expected a number <= 1, got 2`. */
export function describeErrors(violations: readonly Violation[], options: DescribeOptions = {}): readonly string[] {
  const lines = new Set(withoutNoise(violations).map((violation) => describe(violation, options)));
  const shown = [...lines].slice(0, maxLines);
  return lines.size > shown.length ? [...shown, `and ${String(lines.size - shown.length)} more`] : shown;
}

/** A schema that says itself what it expects speaks for its branches; `if` only repeats what `then` and `else` say. */
function withoutNoise(violations: readonly Violation[]): Violation[] {
  const spokenFor = violations
    .filter(({ keyword, parentSchema }) => /^(any|one)Of$/.test(keyword) && parentSchema?.expected !== undefined)
    .map(({ schemaPath }) => `${schemaPath}/`);
  return violations.filter(
    ({ keyword, schemaPath }) => keyword !== 'if' && !spokenFor.some((prefix) => schemaPath.startsWith(prefix)),
  );
}

function describe(violation: Violation, { root = 'value', showValues = false }: DescribeOptions): string {
  const member = memberOf(violation);
  const path = formatPath(violation.instancePath, member);
  const value = member === null ? violation.data : memberValue(violation.data, member);
  // What an unknown member holds is not known to be harmless either: a mistyped `secret`.
  const harmless = member === null && violation.parentSchema?.writeOnly !== true;
  const got = showValues && harmless ? describeValue(value) : kindOf(value);
  return `${path === '' ? root : path}: expected ${expectation(violation, member)}, got ${got}`;
}

/** The member that a violation is about, where AJV reports it for the object that holds it. */
function memberOf({ keyword, params }: Violation): string | null {
  const member = params[memberParameters[keyword] ?? ''];
  return typeof member === 'string' ? member : null;
}

const memberParameters: Readonly<Record<string, string>> = {
  required: 'missingProperty',
  dependencies: 'missingProperty',
  dependentRequired: 'missingProperty',
  additionalProperties: 'additionalProperty',
  unevaluatedProperties: 'unevaluatedProperty',
  propertyNames: 'propertyName',
};

function memberValue(holder: unknown, member: string): unknown {
  return typeof holder === 'object' && holder !== null ? Reflect.get(holder, member) : undefined;
}
