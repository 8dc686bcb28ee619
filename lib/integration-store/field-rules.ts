import { isCronExpression, isTimeZone } from '../sync/schedule/cron.js';
import { polymorphicRef, type PolymorphicTarget } from '../types/polymorphic.js';
import { integrationInvalid } from './integration-invalid.js';

interface FieldRule {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

const LONGEST_NAME = 200;
const MINUTES_OF_A_YEAR = 525_600;

/** What the plain fields may hold. Values come from request bodies: nothing is cast, so that no operator slips in. */
const rules = {
  provider: { expected: 'the key of a provider', accepts: (value) => typeof value === 'string' && value !== '' },
  name: {
    expected: `a text of 1 to ${String(LONGEST_NAME)} characters`,
    accepts: (value) => typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_NAME,
  },
  // The provider's schema says more, but takes null for `{}`: a form's null must not wipe what is stored.
  credentials: { expected: 'an object', accepts: (value) => value !== null },
  isActive: { expected: 'true or false', accepts: (value) => typeof value === 'boolean' },
  syncIntervalMinutes: {
    expected: `a whole number of minutes from 1 to ${String(MINUTES_OF_A_YEAR)}, or null`,
    accepts: (value) =>
      value === null || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MINUTES_OF_A_YEAR),
  },
  syncCron: {
    expected: 'a cron expression of five or six fields that comes true, or null',
    accepts: (value) => value === null || isCronExpression(value),
  },
  syncTimeZone: {
    expected: 'the IANA name of a time zone, or null',
    accepts: (value) => value === null || isTimeZone(value),
  },
} as const satisfies Record<string, FieldRule>;

/** Which fields an input may have, and which it must. */
interface FieldNames {
  readonly known: readonly string[];
  readonly required?: readonly string[];
}

/**
 * Checks the plain fields that are given, that there are no unknown ones, and that none is missing.
 *
 * @throws IntegrationError `INTEGRATION_INVALID` naming the field.
 */
export function checkFields(given: unknown, { known, required = [] }: FieldNames): void {
  if (typeof given !== 'object' || given === null) throw integrationInvalid('input', 'an object', given);
  const fields = new Map<string, unknown>(Object.entries(given));
  const unknown = [...fields.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw integrationInvalid(unknown, `a known field (${known.join(', ')})`, fields.get(unknown));
  }
  for (const name of known) {
    const value = fields.get(name);
    if (!isRuled(name) || (value === undefined && !required.includes(name))) continue;
    const { accepts, expected } = rules[name];
    if (!accepts(value)) throw integrationInvalid(name, expected, value);
  }
}

/**
 * The fields that store an owner; null means nobody.
 *
 * @throws IntegrationError `RECORD_INVALID` when it is no record, `INTEGRATION_INVALID` when it is not even an object.
 */
export function ownerFields(owner: PolymorphicTarget | null) {
  if (owner === null) return { ownerType: null, ownerId: null };
  if (typeof owner !== 'object') throw integrationInvalid('owner', 'a document, { type, id } or null', owner);
  const { type, id } = polymorphicRef(owner);
  return { ownerType: type, ownerId: id };
}

function isRuled(name: string): name is keyof typeof rules {
  return Object.hasOwn(rules, name);
}
