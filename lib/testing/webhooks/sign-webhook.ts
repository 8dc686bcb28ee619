import { createHash, createPrivateKey, randomUUID, sign, type KeyObject } from 'node:crypto';
import { IntegrationError } from '../../errors.js';
import { formParameters } from '../../webhooks/signatures/form-parameters.js';
import { jsonObject } from '../../webhooks/signatures/json-object.js';
import { keysOf } from '../../webhooks/signatures/keys.js';
import { bytesOf, macOf } from '../../webhooks/signatures/mac-of.js';
import { queryOf } from '../../webhooks/signatures/query-of.js';
import { ruleOf } from '../../webhooks/signatures/scheme-of.js';
import type { SchemeRule, SignedContent, SignedParts } from '../../webhooks/signatures/scheme-rule.js';
import type { SignatureScheme } from '../../webhooks/signatures/schemes.js';
import { writtenSignature, writtenTimestamp } from './written-signature.js';

/** What is sent, and what it is signed with. */
export interface SignWebhookInput {
  /**
   * Text and bytes are sent as they are, `URLSearchParams` as a form, all else as JSON. Where a scheme has its
   * timestamp in the body (`linear`), an object without one gets it.
   */
  readonly body: unknown;
  /** As the receiver has it; of `http-basic`, `user:password`. */
  readonly secret?: string;
  /** For the `v1a` signatures of Standard Webhooks and Svix: a private key of Ed25519, or its text, `whsk_…`. */
  readonly privateKey?: KeyObject | string;
  /** The public URL that it is sent to; signed by `twilio`, `hubspot-v2` and `hubspot-v3`. */
  readonly url?: string;
  /** Default `POST`. */
  readonly method?: string;
  /** What the sender adds: the event, the delivery id, another Content-Type. Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** When it is signed; default now. */
  readonly at?: Date;
  /** The delivery id, where it is signed; default a new one. */
  readonly id?: string;
}

/** A request as its sender makes it: `await fetch(signed.url, signed)`. */
export interface SignedWebhook {
  readonly method: string;
  /** As it was given; of `twilio`, with `bodySHA256` where the body is no form. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The very bytes that were signed: what is parsed and encoded anew is another body. */
  readonly rawBody: Buffer<ArrayBuffer>;
  /** The same, under the name that `fetch` has for it. */
  readonly body: Buffer<ArrayBuffer>;
}

/**
 * Signs a webhook as its sender would, for all schemes that `verifySignature()` knows.
 *
 * @throws IntegrationError `SIGNATURE_SCHEME_UNKNOWN`, or `OPTIONS_INVALID` where the secret or the URL is missing
 */
export function signWebhook(scheme: SignatureScheme, input: SignWebhookInput): SignedWebhook {
  const rule = ruleOf(scheme);
  const { method = 'POST', at = new Date(), id = `msg_${randomUUID()}` } = input;
  const { rawBody, contentType } = bodyOf(rule, input.body, at);
  const url = scheme === 'twilio' ? twilioUrl(input.url ?? '', rawBody) : (input.url ?? '');
  if (rule.signs?.includes('url') === true && url === '')
    throw invalid(`${scheme} signs the public URL: give \`url\`.`);
  const timestamp = rule.timestamp === undefined ? '' : writtenTimestamp(at, rule.timestamp.unit);
  const [names] = rule.headers;
  const parts: SignedParts = { id, timestamp, method, url, rawBody };
  const signature = writtenSignature(rule, timestamp, signaturesOf(rule, parts, input));
  const headers = {
    'content-type': contentType,
    ...(names.id !== undefined && { [names.id]: id }),
    ...(names.timestamp !== undefined && { [names.timestamp]: timestamp }),
    [names.signature]: signature,
    ...input.headers,
  };
  return { method, url, headers, rawBody, body: rawBody };
}

function signaturesOf(rule: SchemeRule, parts: SignedParts, { secret, privateKey }: SignWebhookInput) {
  const [content] = rule.contents(parts);
  if (content === undefined) throw invalid('The scheme signs no such body.');
  const macs = secret === undefined ? [] : [macOf(rule.digest, keyOf(rule, secret), content)];
  const ed25519 = privateKey === undefined ? [] : [signedBy(rule, privateKey, content)];
  if (macs.length + ed25519.length === 0) throw invalid('Give the `secret` that it is signed with.');
  return { macs, ed25519 };
}

function keyOf(rule: SchemeRule, secret: string): Buffer {
  const keys = keysOf(rule, { secrets: [secret], publicKeys: [] });
  const [key] = typeof keys === 'string' ? [] : keys.secrets;
  if (key === undefined) throw invalid('The `secret` is none that this scheme signs with.');
  return key;
}

function signedBy({ form }: SchemeRule, key: KeyObject | string, content: SignedContent): Buffer {
  if (form !== 'versions') throw invalid('Only Standard Webhooks and Svix sign with a `privateKey`.');
  return sign(null, bytesOf(content), typeof key === 'string' ? privateKeyOf(key) : key);
}

/** RFC 8410, section 7: what stands before the 32 bytes of a private key. */
const derPrefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const seedBytes = 32;

/** The seed, with or without the public key behind it. */
function privateKeyOf(text: string): KeyObject {
  const bytes = Buffer.from(text.replace(/^whsk_/, ''), 'base64');
  if (bytes.length < seedBytes) throw invalid('The `privateKey` is none of Ed25519.');
  return createPrivateKey({
    key: Buffer.concat([derPrefix, bytes.subarray(0, seedBytes)]),
    format: 'der',
    type: 'pkcs8',
  });
}

function bodyOf({ timestamp }: SchemeRule, body: unknown, at: Date) {
  const json = 'application/json';
  if (typeof body === 'string') return { rawBody: Buffer.from(body), contentType: json };
  if (body instanceof Uint8Array) return { rawBody: Buffer.from(body), contentType: json };
  if (body instanceof URLSearchParams) {
    return { rawBody: Buffer.from(body.toString()), contentType: 'application/x-www-form-urlencoded' };
  }
  const rawBody = Buffer.from(JSON.stringify(body ?? null));
  const member = timestamp?.member;
  const parsed = member === undefined ? null : jsonObject(rawBody);
  if (member === undefined || parsed === null || member in parsed) return { rawBody, contentType: json };
  return { rawBody: Buffer.from(JSON.stringify({ ...parsed, [member]: at.getTime() })), contentType: json };
}

/** Of what is no form, Twilio signs the URL alone, which then has the hash of the body. */
function twilioUrl(url: string, rawBody: Buffer): string {
  if (url === '' || formParameters(rawBody) !== null || queryOf(url).has('bodySHA256')) return url;
  const hash = createHash('sha256').update(rawBody).digest('hex');
  return `${url}${url.includes('?') ? '&' : '?'}bodySHA256=${hash}`;
}

function invalid(message: string): IntegrationError {
  return new IntegrationError('OPTIONS_INVALID', `signWebhook(): ${message}`);
}
