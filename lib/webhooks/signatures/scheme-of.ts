import { IntegrationError } from '../../errors.js';
import { nearestName } from '../../json-schema/nearest-name.js';
import type { SchemeRule } from './scheme-rule.js';
import { schemes, type SignatureScheme } from './schemes.js';

/** The names of all schemes. */
export const signatureSchemes: readonly SignatureScheme[] = Object.freeze(
  Object.keys(schemes).filter(isSignatureScheme),
);

/** Is it the name of a scheme? */
function isSignatureScheme(name: string): name is SignatureScheme {
  return Object.hasOwn(schemes, name);
}

/** @throws {IntegrationError} SIGNATURE_SCHEME_UNKNOWN */
export function ruleOf(scheme: SignatureScheme): SchemeRule {
  if (isSignatureScheme(scheme)) return schemes[scheme];
  const nearest = nearestName(String(scheme).slice(0, 40), signatureSchemes);
  const meant = nearest === null ? '' : ` Did you mean ${nearest}?`;
  throw new IntegrationError('SIGNATURE_SCHEME_UNKNOWN', `There is no signature scheme of that name.${meant}`, {
    details: { schemes: signatureSchemes },
  });
}
