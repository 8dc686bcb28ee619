import type { SignatureRefusalCode } from './refusals.js';
import type { SchemeHeaders, SchemeRule, SignedParts } from './scheme-rule.js';
import { readSignatureHeader, type SignatureHeader } from './signature-header.js';
import { singleHeader, type WebhookHeaders } from './single-header.js';
import type { VerifySignatureInput } from './verify-signature-input.js';

/** What a request claims: who is to have signed what. */
export interface SignedRequest {
  readonly parts: SignedParts;
  readonly signature: SignatureHeader;
}

// An id with a dot could take in what is signed behind it (section "Signature scheme" of the standard).
const deliveryId = /^[\x21-\x2b\x2d\x2f-\x7e]{1,256}$/;

/** Reads what the scheme signs out of a request. */
export function signedRequest(rule: SchemeRule, input: VerifySignatureInput): SignedRequest | SignatureRefusalCode {
  const { headers, method = '', url = '', rawBody } = input;
  if (rule.signs?.includes('method') === true && method === '') return 'METHOD_MISSING';
  if (rule.signs?.includes('url') === true && url === '') return 'URL_MISSING';
  const names = headersOf(rule, headers);
  const value = required(headers, names.signature, 'SIGNATURE');
  if (typeof value === 'string') return value;
  const signature = readSignatureHeader(value.text, rule);
  if (typeof signature === 'string') return signature;
  const id = required(headers, names.id, 'ID');
  if (typeof id === 'string') return id;
  if (names.id !== undefined && !deliveryId.test(id.text)) return 'ID_MALFORMED';
  const timestamp = required(headers, names.timestamp, 'TIMESTAMP');
  if (typeof timestamp === 'string') return timestamp;
  const signedAt = signature.timestamp ?? timestamp.text;
  return { signature, parts: { id: id.text, timestamp: signedAt, method, url, rawBody } };
}

function headersOf({ headers }: SchemeRule, given: WebhookHeaders): SchemeHeaders {
  return headers.find(({ signature }) => given[signature] !== undefined) ?? headers[0];
}

function required(
  headers: WebhookHeaders,
  name: string | undefined,
  what: 'SIGNATURE' | 'ID' | 'TIMESTAMP',
): { readonly text: string } | SignatureRefusalCode {
  if (name === undefined) return { text: '' };
  const header = singleHeader(headers, name);
  if (header === 'missing') return `${what}_MISSING`;
  return header === 'malformed' ? `${what}_MALFORMED` : { text: header.value };
}
