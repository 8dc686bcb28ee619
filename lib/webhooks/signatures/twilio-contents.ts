import { createHash } from 'node:crypto';
import { formParameters } from './form-parameters.js';
import { queryOf } from './query-of.js';
import { sameBytes } from './same-bytes.js';
import type { SignedContent, SignedParts } from './scheme-rule.js';
import { twilioSpellings } from './twilio-spellings.js';

/**
 * Of a form, Twilio signs the URL and the sorted parameters. Of anything else, the URL alone, which then has a
 * `bodySHA256`. What says which it is, is the URL and not the Content-Type: the latter is not signed.
 */
export function twilioContents({ url, rawBody }: SignedParts): SignedContent[] {
  const hashes = queryOf(url).getAll('bodySHA256');
  const signed = hashes.length === 0 ? formParameters(rawBody) : isHashOf(hashes, rawBody) ? [] : null;
  return signed === null ? [] : twilioSpellings(url).map((spelling) => [spelling, ...signed]);
}

function isHashOf([hash = '', ...others]: readonly string[], rawBody: Buffer): boolean {
  return others.length === 0 && sameBytes(hash, createHash('sha256').update(rawBody).digest('hex'));
}
