import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { OutgoingRequest } from '../../providers/contracts.js';
import type { Answer } from './exchange.js';
import { limitStream } from './limit-stream.js';
import type { HttpRequest, HttpResponse } from './messages.js';
import { readBody } from './read-body.js';
import { requestLine } from './request-line.js';
import { ResponseNotJsonError } from './response-not-json-error.js';
import { responseTooLarge, toSendFailure } from './send-failure.js';

const statusesWithoutBody: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Makes a response of an answer. An unsuccessful one is read whole and by its Content-Type, whatever was asked for: its
 * body is part of the error.
 *
 * @throws IntegrationError `RESPONSE_NOT_JSON`, and what reading a stream can throw
 */
export async function readResponse(answer: Answer, hop: OutgoingRequest, request: HttpRequest): Promise<HttpResponse> {
  const { statusCode, headers, data } = answer;
  const isSuccess = statusCode >= 200 && statusCode <= 299;
  const isBodiless = hop.method === 'HEAD' || statusesWithoutBody.has(statusCode);
  const stream = data instanceof Readable ? limited(data, statusCode, hop, request) : null;
  if (stream !== null && isSuccess && !isBodiless) return { statusCode, headers, body: stream, rawText: null };
  const bytes = data instanceof Readable ? await buffer(stream ?? data) : data;
  const contentType = headers['content-type'] ?? '';
  const { body, rawText, isValid } = readBody(bytes, contentType, isSuccess ? request.responseType : 'auto');
  const response = { statusCode, headers, body, rawText };
  if (isSuccess && !isValid) throw new ResponseNotJsonError(requestLine(hop), response);
  return response;
}

function limited(data: Readable, statusCode: number, hop: OutgoingRequest, request: HttpRequest): Readable {
  const tooLarge = responseTooLarge(hop, request.maxResponseBytes, statusCode);
  return limitStream(data, {
    maxBytes: request.maxResponseBytes,
    tooLarge: () => tooLarge,
    toFailure: (error) => toSendFailure(error, hop, request),
  });
}
