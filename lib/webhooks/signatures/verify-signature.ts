import { checkInput } from './check-input.js';
import { isSigned } from './is-signed.js';
import { keysOf } from './keys.js';
import type { SignatureRefusalCode, SignatureVerdict } from './refusals.js';
import { ruleOf } from './scheme-of.js';
import type { SchemeRule, SignedParts } from './scheme-rule.js';
import type { SignatureScheme } from './schemes.js';
import { signedRequest } from './signed-request.js';
import { timestampInBody, untimely } from './timestamp.js';
import type { VerifySignatureInput } from './verify-signature-input.js';

/**
 * Was this request signed by the sender, recently? Whatever is missing or malformed is refused, and nothing that a
 * stranger sends makes it throw.
 *
 * @example
 *   const verdict = verifySignature('github', { headers: req.headers, rawBody: req.body, secrets: [secret] });
 *   if (!verdict.valid) return res.sendStatus(401);
 *
 * @throws {IntegrationError} SIGNATURE_SCHEME_UNKNOWN, OPTIONS_INVALID: mistakes of the caller
 */
export function verifySignature(scheme: SignatureScheme, input: VerifySignatureInput): SignatureVerdict {
  const rule = ruleOf(scheme);
  checkInput(input);
  const code = refusalOf(rule, input);
  return code === null ? { valid: true } : { valid: false, code };
}

function refusalOf(rule: SchemeRule, input: VerifySignatureInput): SignatureRefusalCode | null {
  const { secrets, publicKeys = [] } = input;
  const keys = keysOf(rule, { secrets, publicKeys });
  if (typeof keys === 'string') return keys;
  const request = signedRequest(rule, input);
  if (typeof request === 'string') return request;
  // Of what is not signed correctly, nobody knows when it was signed: the time comes last.
  return isSigned(rule, request.parts, request.signature, keys)
    ? timing(rule, request.parts, input)
    : 'SIGNATURE_MISMATCH';
}

function timing(
  { timestamp: rule }: SchemeRule,
  { timestamp, rawBody }: SignedParts,
  { now = Date.now() / 1000, toleranceSeconds = rule?.toleranceSeconds ?? Infinity }: VerifySignatureInput,
): SignatureRefusalCode | null {
  if (rule === undefined || toleranceSeconds === Infinity) return null;
  const text = rule.member === undefined ? timestamp : timestampInBody(rawBody, rule.member);
  return untimely(text, { unit: rule.unit, now, toleranceSeconds });
}
