import { Readable, Stream } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { IntegrationError } from '../errors.js';
import { isPlainObject } from '../plain-object.js';
import { setParameters } from './query-string.js';
import type { RequestBody } from './messages.js';

export interface EncodedBody {
  readonly body: RequestBody;
  /** Null where the body brings its own (multipart) or there is none. */
  readonly contentType: string | null;
}

const form = 'application/x-www-form-urlencoded';
const binary = 'application/octet-stream';

/**
 * Makes a body of a call's data: text as it is, bytes, forms, files and streams in their own format, all else as JSON
 * (or as form fields where the content type says so).
 *
 * @param contentType The Content-Type that the caller set, if any.
 * @throws IntegrationError `REQUEST_INVALID` for data that cannot be sent
 */
export function encodeBody(data: unknown, contentType: string | undefined): EncodedBody {
  if (data === undefined || data === null) return { body: null, contentType: null };
  if (typeof data === 'string') return { body: data, contentType: 'text/plain; charset=utf-8' };
  if (data instanceof URLSearchParams) return { body: data.toString(), contentType: form };
  if (isFormData(data)) return { body: data, contentType: null };
  if (data instanceof Blob) return { body: data, contentType: data.type === '' ? binary : data.type };
  if (data instanceof Readable) return { body: data, contentType: binary };
  if (isWebStream(data)) return { body: expectErrors(Readable.fromWeb(data)), contentType: binary };
  if (data instanceof Stream) throw notReadable();
  if (data instanceof ArrayBuffer) return { body: Buffer.from(data), contentType: binary };
  if (ArrayBuffer.isView(data)) {
    return { body: Buffer.from(data.buffer, data.byteOffset, data.byteLength), contentType: binary };
  }
  if (isPlainObject(data) && contentType?.toLowerCase().startsWith(form) === true) {
    const fields = new URLSearchParams();
    setParameters(fields, data);
    return { body: fields.toString(), contentType: form };
  }
  return { body: toJson(data), contentType: 'application/json' };
}

/** Can the data, or the body made of it, be sent again by a further attempt? A stream is used up by the first. */
export function isRepeatable(data: unknown): boolean {
  return !(data instanceof Stream) && !isWebStream(data);
}

/**
 * Keeps a stream that fails before it is read, a file that is not there say, from ending the process: whoever sends it
 * finds out.
 */
export function expectErrors<T>(data: T): T {
  if (data instanceof Readable) data.on('error', () => undefined);
  return data;
}

/** Closes a stream that nobody will read any more. */
export function discardBody(data: unknown): void {
  if (data instanceof Readable) expectErrors(data).destroy();
}

/** By its shape: the FormData of an installed undici is not the global one. */
export function isFormData(data: unknown): data is FormData {
  return Object.prototype.toString.call(data) === '[object FormData]' && !(data instanceof Stream);
}

function notReadable(): IntegrationError {
  return new IntegrationError(
    'REQUEST_INVALID',
    'The data of the call is a stream that is no Readable. For multipart bodies use the global FormData.',
  );
}

function isWebStream(data: unknown): data is ReadableStream {
  return data instanceof globalThis.ReadableStream;
}

function toJson(data: unknown): string {
  // Not always a string, as its type has it: functions and symbols give undefined.
  const json: unknown = stringify(data);
  if (typeof json === 'string') return json;
  throw new IntegrationError('REQUEST_INVALID', `The data of the call is a ${typeof data}, which cannot be sent.`);
}

function stringify(data: unknown): unknown {
  try {
    return JSON.stringify(data);
  } catch (cause) {
    throw new IntegrationError('REQUEST_INVALID', 'The data of the call cannot be written as JSON.', { cause });
  }
}
