/** A received webhook, as verifiers and handlers see it; a replay rebuilds the same. */
export interface WebhookRequest {
  readonly method: string;
  /** The public URL, query included. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The exact bytes that were received. */
  readonly rawBody: Buffer;
  /** The body, parsed; throws when it is no JSON. */
  json(): unknown;
}
