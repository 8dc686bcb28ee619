import { errorMessage } from '../lib/error-message.js';
import { IntegrationError } from '../lib/errors.js';
import { compileValidator, type Validator, type Violation } from '../lib/json-schema/compile-validator.js';
import { describeErrors } from '../lib/json-schema/describe-errors.js';
import { capabilityMembers, optionalCapabilityMembers } from '../schemas/json/capability-members.js';
import { providerSchema } from '../schemas/json/provider.js';
import type { AnyProvider } from './contracts.js';

/** A provider that passed, with what its JSON Schemas say of values; both fill in defaults. */
export interface ValidatedProvider {
  readonly provider: AnyProvider;
  readonly validateCredentials: Validator;
  readonly validateMetadata: Validator;
}

/**
 * Checks a provider, and compiles its JSON Schemas.
 *
 * @throws IntegrationError `PROVIDER_INVALID`: names the provider, every path that is wrong, and the remedy.
 */
export function validateProvider(key: string, candidate: unknown): ValidatedProvider {
  refuse(key, keyProblems(key));
  refuse(key, problemsOf(candidate));
  // The schema says so, as far as it can be said at run time.
  const provider = candidate as AnyProvider;
  return {
    provider,
    validateCredentials: compileOwn(key, provider, 'credentialSchema'),
    validateMetadata: compileOwn(key, provider, 'metadataSchema'),
  };
}

function refuse(key: string, problems: readonly string[], reason: { cause?: unknown } = {}): void {
  if (problems.length === 0) return;
  throw new IntegrationError('PROVIDER_INVALID', `Integration provider '${key}' is invalid: ${problems.join('; ')}`, {
    ...reason,
    details: { provider: key, problems },
  });
}

/** Keys are part of URLs. */
function keyProblems(key: string): string[] {
  return /^[a-z][a-z0-9-]*$/.test(key) ? [] : ['its key must begin with a to z and hold a to z, 0 to 9 and "-" alone'];
}

function problemsOf(candidate: unknown): readonly string[] {
  if (typeof candidate === 'function') return ['expected an object, got a class or function: register `new` of it'];
  const violations = compileValidator(providerSchema)(candidate);
  const missing = new Set(violations.filter(isHalfImplemented).map(({ params }) => String(params.missingProperty)));
  return [
    ...describeErrors(
      violations.filter((violation) => !isHalfImplemented(violation)),
      { root: 'provider', showValues: true },
    ),
    ...[...missing].map((member) => explainMissing(candidate, member)),
  ];
}

function isHalfImplemented({ keyword }: Violation): boolean {
  return keyword === 'dependencies';
}

function explainMissing(provider: unknown, missing: string): string {
  const isThere = (member: string) =>
    typeof provider === 'object' && provider !== null && Reflect.get(provider, member) !== undefined;
  const optional: Readonly<Record<string, readonly string[]>> = optionalCapabilityMembers;
  const [contract, members] = Object.entries(capabilityMembers)
    .map(([name, names]): [string, readonly string[]] => [name, [...names, ...(optional[name] ?? [])]])
    .find(([, names]) => names.includes(missing) && names.some(isThere)) ?? ['', []];
  const present = members.filter(isThere).join(', ');
  return `${missing}: expected a function, got nothing; ${contract} needs it beside ${present}: implement it or remove those`;
}

function compileOwn(key: string, provider: AnyProvider, name: 'credentialSchema' | 'metadataSchema'): Validator {
  try {
    return compileValidator(provider[name], true);
  } catch (error) {
    refuse(key, [`${name}: ${errorMessage(error)}`], { cause: error });
    throw error;
  }
}
