import type { WebhookHeaders } from './single-header.js';

/** A received request, and what it has to be signed with. A `WebhookRequest` has the first half of it. */
export interface VerifySignatureInput {
  /** `req.headers`: names in lower case. */
  readonly headers: WebhookHeaders;
  /** The exact bytes that were received: `express.raw({ type: () => true })`. */
  readonly rawBody: Buffer;
  /** The active secrets, at most ten, as the sender shows them: any of them may have signed. */
  readonly secrets: readonly string[];
  /** Public keys for the `v1a` signatures of Standard Webhooks and Svix, `whpk_…`, at most ten. */
  readonly publicKeys?: readonly string[];
  /** `req.method`; for `hubspot-v2` and `hubspot-v3`. */
  readonly method?: string;
  /**
   * The public URL, query included, as the sender knows it; for `twilio`, `hubspot-v2` and `hubspot-v3`. Make it of an
   * origin that is configured and of `req.originalUrl`: anybody can send an `X-Forwarded-Host`.
   */
  readonly url?: string;
  /** Unix seconds; the clock by default. */
  readonly now?: number;
  /**
   * How old a signed timestamp may be, and how far ahead of our clock: by default 300 seconds, 60 for `linear`. With
   * `Infinity` it is not looked at, beyond that it has to be there where it is signed.
   */
  readonly toleranceSeconds?: number;
}
