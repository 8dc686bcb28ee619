import type { Readable } from 'node:stream';
import type { OutgoingRequest } from '../../providers/contracts.js';
import type { ResponseType } from '../types/request-builder.js';

/** A body ready to be sent; null means none. */
export type RequestBody = string | Buffer | Blob | FormData | Readable | null;

/** A request as built from a call: complete but for the credentials. */
export interface BuiltRequest extends OutgoingRequest {
  readonly body: RequestBody;
  /** Origins that may get the credentials. */
  readonly credentialOrigins: ReadonlySet<string>;
}

/** Adds the credentials to a request. */
type Authorizer = (request: OutgoingRequest) => OutgoingRequest | Promise<OutgoingRequest>;

/** A built request, and how it is sent. */
export interface HttpRequest extends BuiltRequest {
  /** Ends the exchange, a streamed response body included; its `reason` is what `send` throws. */
  readonly signal: AbortSignal;
  /** Largest response body, in bytes after decompression. */
  readonly maxResponseBytes: number;
  readonly responseType: ResponseType;
  /** Called for each hop whose origin is in `credentialOrigins`, never for another; null: no credentials. */
  readonly authorize: Authorizer | null;
  /** Called when something may leave the process from now on. */
  readonly onSend?: () => void;
}

/** An answer of any status. */
export interface HttpResponse {
  readonly statusCode: number;
  /** Names in lower case; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, text, a Buffer, a Readable, or null where the answer had no body. */
  readonly body: unknown;
  /** The text that `body` was read from, so that nothing is encoded twice; null for binary, streams and no body. */
  readonly rawText: string | null;
}
