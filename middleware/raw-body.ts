import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { IntegrationError } from '../lib/errors.js';

/**
 * Keeps the bytes that a body parser of the application reads, for integrationsRouter() behind it:
 *
 *     app.use(express.json({ verify: captureRawBody }));
 */
export function captureRawBody(req: IncomingMessage, _res: ServerResponse, bytes: Buffer): void {
  Object.assign(req, { rawBody: bytes });
}

/** The body has not come to its end, and never will: there is nobody left to answer. */
export const aborted = Symbol('aborted');

/**
 * The bytes of the body, without its Content-Encoding: as the application's body parser kept them, or read here.
 *
 * @throws IntegrationError `WEBHOOK_TOO_LARGE`, `WEBHOOK_BODY_CONSUMED`, `WEBHOOK_ENCODING_UNSUPPORTED`
 */
export async function rawBody(req: IncomingMessage, maxBytes: number): Promise<Buffer | typeof aborted> {
  const kept = keptBody(req);
  if (kept !== null) return withinLimit(kept, maxBytes);
  if (isWithoutBody(req)) return Buffer.alloc(0);
  if (req.readableDidRead || req.readableEncoding !== null) throw consumed();
  const decode = decoderOf(req, maxBytes);
  if (Number(req.headers['content-length']) > maxBytes) throw tooLarge(maxBytes);
  const bytes = await read(req, maxBytes);
  return bytes === aborted ? aborted : decode(bytes);
}

/** What captureRawBody(), express.raw() or the platform has kept. */
function keptBody(req: IncomingMessage & { readonly rawBody?: unknown; readonly body?: unknown }): Buffer | null {
  if (Buffer.isBuffer(req.rawBody)) return req.rawBody;
  return Buffer.isBuffer(req.body) ? req.body : null;
}

function isWithoutBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
}

/** Counts while it reads: what a request says of its length need not be true, or said at all. */
function read(req: IncomingMessage, maxBytes: number): Promise<Buffer | typeof aborted> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    function onData(chunk: Buffer): void {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= maxBytes) return;
      end();
      // Not destroyed: the sender would not see the answer. The rest is read by nobody.
      req.resume();
      reject(tooLarge(maxBytes));
    }
    function onEnd(): void {
      end();
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size));
    }
    function onClose(): void {
      end();
      resolve(aborted);
    }
    function end(): void {
      req.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
    }
    // What has been closed already says so no more.
    if (req.destroyed) resolve(aborted);
    else req.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

type Decoder = (bytes: Buffer) => Buffer | Promise<Buffer>;

const decoders = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;

/** As body parsers do it: whether they or we read the body, verifiers see the same bytes. */
function decoderOf({ headers }: IncomingMessage, maxBytes: number): Decoder {
  const encoding = headers['content-encoding']?.toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return (bytes) => bytes;
  if (!isDecodable(encoding)) throw undecodable('The Content-Encoding is none of identity, gzip, deflate, br.');
  return async (bytes) => {
    try {
      return await decoders[encoding](bytes, { maxOutputLength: maxBytes });
    } catch (error) {
      if (error instanceof RangeError) throw tooLarge(maxBytes);
      throw undecodable('The body is not what its Content-Encoding says.');
    }
  };
}

function isDecodable(encoding: string): encoding is keyof typeof decoders {
  return Object.hasOwn(decoders, encoding);
}

function withinLimit(bytes: Buffer, maxBytes: number): Buffer {
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  return bytes;
}

function tooLarge(maxBytes: number): IntegrationError {
  return new IntegrationError('WEBHOOK_TOO_LARGE', `A webhook has at most ${String(maxBytes)} bytes here.`, {
    details: { maxBytes },
  });
}

function consumed(): IntegrationError {
  return new IntegrationError('WEBHOOK_BODY_CONSUMED', 'A body parser has read the webhook, and not kept its bytes.');
}

function undecodable(message: string): IntegrationError {
  return new IntegrationError('WEBHOOK_ENCODING_UNSUPPORTED', message);
}
