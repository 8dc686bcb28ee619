import { ClientRequest } from 'node:http';
import { Readable } from 'node:stream';
import { isAxiosError } from 'axios';
import type { OutgoingRequest } from '../../providers/contracts.js';
import { IntegrationError, isIntegrationError } from '../errors.js';
import { property } from '../failures/cause-chain.js';
import { isError } from '../is-error.js';
import type { HttpRequest } from './messages.js';
import { requestLine } from './request-line.js';

/**
 * What `send` throws for a failed exchange: the signal's reason, or a coded error. An AxiosError goes no further,
 * because its `config` holds the credentials: what stays, as the cause, is Node's error.
 */
export function toSendFailure(error: unknown, hop: OutgoingRequest, request: HttpRequest): Error {
  if (request.signal.aborted) return request.signal.reason as Error;
  if (isTooLarge(error)) return responseTooLarge(hop, request.maxResponseBytes, statusOf(error));
  const bodyFailure = failureOfBody(hop, request);
  if (bodyFailure !== null) return bodyFailure;
  const cause = isAxiosError(error) ? (error.cause ?? brokenOff()) : error;
  if (isIntegrationError(cause)) return cause;
  const code = codeOf(cause);
  if (code === null) return isError(cause) ? cause : new TypeError('The HTTP adapter threw no Error.');
  return new IntegrationError('CONNECTION_FAILED', `${requestLine(hop)} failed: ${code}`, {
    cause: withoutPacket(cause),
    details: { errorCode: code, reusedConnection: wasReused(error) },
  });
}

/**
 * @param maxResponseBytes The limit that was passed.
 * @param statusCode Of the answer, whose body nobody reads; null: not known.
 */
export function responseTooLarge(
  hop: OutgoingRequest,
  maxResponseBytes: number,
  statusCode: number | null,
): IntegrationError {
  return new IntegrationError(
    'RESPONSE_TOO_LARGE',
    `${requestLine(hop)} answered with more than ${String(maxResponseBytes)} bytes.`,
    { details: { maxResponseBytes, statusCode } },
  );
}

/** Of the answer that had begun. */
function statusOf(error: unknown): number | null {
  const status = property(property(isAxiosError(error) ? error.request : null, 'res'), 'statusCode');
  return typeof status === 'number' ? status : null;
}

/** Axios has no code of its own for this. */
function isTooLarge(error: unknown): boolean {
  return isAxiosError(error) && error.message.startsWith('maxContentLength ');
}

/** A body stream that fails, or is closed before its end, is the caller's affair and not the connection's. */
export function failureOfBody(hop: OutgoingRequest, { body }: HttpRequest): IntegrationError | null {
  if (!(body instanceof Readable) || !body.destroyed || body.readableEnded) return null;
  return new IntegrationError('REQUEST_INVALID', `${requestLine(hop)} failed: the body stream broke off.`, {
    cause: body.errored ?? undefined,
  });
}

/** What Node itself reports where the other side closes a connection within an answer; Axios reports no cause then. */
function brokenOff(): Error {
  return Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
}

function codeOf(error: unknown): string | null {
  return isError(error) && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** A parse error carries the bytes that were received. */
function withoutPacket(error: unknown): unknown {
  if (typeof error === 'object' && error !== null) Reflect.deleteProperty(error, 'rawPacket');
  return error;
}

/** On a reused connection a reset may only mean that the server had just closed it as idle. */
function wasReused(error: unknown): boolean {
  const request: unknown = isAxiosError(error) ? error.request : null;
  return request instanceof ClientRequest && request.reusedSocket;
}
