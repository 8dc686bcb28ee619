import type { VerifySignatureInput } from '../verify-signature-input.js';

/** A received request, before its signature is verified. */
export interface ChallengeInput extends Omit<VerifySignatureInput, 'publicKeys' | 'rawBody'> {
  readonly method: string;
  /** The URL or `req.originalUrl`: its query is read. */
  readonly url: string;
  /** The exact bytes that were received; none by default, as of a GET. */
  readonly rawBody?: Buffer;
  /** What the operator entered at Meta as the verify token; any of the `secrets` by default. */
  readonly verifyToken?: string;
}

/** The same with all that can be said for what was left out. */
export type ChallengeRequest = ChallengeInput & { readonly rawBody: Buffer };
