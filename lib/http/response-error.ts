import { STATUS_CODES } from 'node:http';
import { HttpResponseError } from '../errors.js';
import type { HttpResponse } from './messages.js';
import { requestLine } from './request-line.js';

/** The error for an answer whose status is outside 200 to 299. */
export function toResponseError(
  response: HttpResponse,
  request: { readonly method: string; readonly url: URL },
): HttpResponseError {
  const { statusCode, headers, body } = response;
  const status = [statusCode, STATUS_CODES[statusCode]].filter(Boolean).join(' ');
  return new HttpResponseError(`${requestLine(request)} answered ${status}`, { statusCode, headers, body });
}
