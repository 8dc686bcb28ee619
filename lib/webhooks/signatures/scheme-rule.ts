import type { TimestampUnit } from './timestamp.js';

/** What may be signed of a request; empty where the scheme does not ask for it. */
export interface SignedParts {
  readonly id: string;
  /** As it was sent. */
  readonly timestamp: string;
  readonly method: string;
  readonly url: string;
  readonly rawBody: Buffer;
}

/** What goes into the MAC, in order; texts as UTF-8. */
export type SignedContent = readonly (string | Buffer)[];

/** The headers of a scheme; names in lower case. */
export interface SchemeHeaders {
  readonly signature: string;
  readonly timestamp?: string;
  readonly id?: string;
}

/**
 * How the signature header is written:
 *
 * - `single`: one signature, behind a prefix;
 * - `pairs`: Stripe's `t=…,v1=…,v1=…,v0=…`;
 * - `versions`: Standard Webhooks' `v1,… v1a,…`;
 * - `basic`: the credentials of RFC 7617.
 */
export type SignatureForm = 'single' | 'pairs' | 'versions' | 'basic';

/** How secret and content become what is compared; `none`: the secret itself was sent. */
export type Digest = 'hmac-sha256' | 'hmac-sha1' | 'sha256-after-secret' | 'none';

/** When the request was signed, and how long that is accepted. It is in a header, unless it is said to be elsewhere. */
export interface TimestampRule {
  /** A member of the JSON body. */
  readonly member?: string;
  readonly unit: TimestampUnit;
  /** The default; in both directions. */
  readonly toleranceSeconds: number;
}

/** One row of the table of schemes. */
export interface SchemeRule {
  /** Where there are several sets, the first whose signature is there counts, and they are never mixed. */
  readonly headers: readonly [SchemeHeaders, ...SchemeHeaders[]];
  readonly form: SignatureForm;
  /** In front of a `single` signature. */
  readonly prefix?: string;
  readonly encoding: 'hex' | 'base64';
  readonly digest: Digest;
  /** How the secret becomes the key; `whsec` is base64 behind an optional `whsec_`. */
  readonly key: 'utf8' | 'whsec';
  readonly timestamp?: TimestampRule;
  readonly signs?: readonly ('method' | 'url')[];
  /** What may have been signed: more than one where senders are at odds about the spelling of the URL. */
  readonly contents: (parts: SignedParts) => readonly SignedContent[];
}
