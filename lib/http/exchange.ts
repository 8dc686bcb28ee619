import type { ClientRequest, Agent } from 'node:http';
import { Readable } from 'node:stream';
import axios, { AxiosHeaders, type AxiosResponse } from 'axios';
import type { OutgoingRequest } from '../../providers/contracts.js';
import { authorizeHop } from './authorize-hop.js';
import type { HttpRequest, RequestBody } from './messages.js';
import { failureOfBody, toSendFailure } from './send-failure.js';

/** One answer, before its body is made sense of. */
export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Decompressed: whole and within the limit, or, where a stream was asked for, the open and unlimited stream. */
  readonly data: Buffer | Readable;
}

// Axios's own Node adapter, called without the layers around it: merging of defaults, transforms, interceptors and
// redirects would cost a fifth of a call's time and do nothing, since requests come complete and answers are read here.
const sendByAxios = axios.getAdapter('http');

/**
 * Sends one request, with the credentials where its origin may get them, and receives one answer of any status.
 *
 * Proxies named by the environment are not used: the agent would vet the proxy's address instead of the target's.
 *
 * @throws The signal's reason, or IntegrationError `CONNECTION_FAILED`, `PRIVATE_HOST_REFUSED`, `RESPONSE_TOO_LARGE`,
 *   `REQUEST_INVALID` (the body stream failed); and what authorizing throws
 */
export async function exchange(hop: OutgoingRequest, request: HttpRequest, agent: Agent): Promise<Answer> {
  const { body, signal, maxResponseBytes } = request;
  const { url, headers } = await authorizeHop(hop, request);
  // A stream that is closed by now would be waited for until the attempt times out.
  const bodyFailure = failureOfBody(hop, request);
  if (bodyFailure !== null) throw bodyFailure;
  const asStream = request.responseType === 'stream';
  request.onSend?.();
  try {
    const response = await sendByAxios({
      method: hop.method,
      url: url.href,
      headers: framed(headers, body),
      data: body,
      signal,
      responseType: asStream ? 'stream' : 'arraybuffer',
      maxContentLength: asStream ? -1 : maxResponseBytes,
      maxRedirects: 0,
      proxy: false,
      httpAgent: agent,
      httpsAgent: agent,
      validateStatus: null,
    });
    if (!asStream) endUpload(response, body);
    return { statusCode: response.status, headers: headersOf(response), data: response.data as Buffer | Readable };
  } catch (error) {
    const failure = toSendFailure(error, hop, request);
    if (body instanceof Readable) body.destroy();
    throw failure;
  }
}

/** Node frames a stream by itself for some verbs only; unframed, the server would take the body for the next request. */
function framed(headers: Readonly<Record<string, string>>, body: RequestBody): AxiosHeaders {
  const isUnframed = body instanceof Readable && headers['content-length'] === undefined;
  return new AxiosHeaders(isUnframed ? { ...headers, 'transfer-encoding': 'chunked' } : { ...headers });
}

/** An answer may come before the body is sent: nobody waits for the rest, so neither file nor socket may stay open. */
function endUpload(response: AxiosResponse, body: RequestBody): void {
  if (!(body instanceof Readable) || body.readableEnded) return;
  body.destroy();
  (response.request as ClientRequest).destroy();
}

function headersOf(response: AxiosResponse): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries<unknown>(response.headers)) {
    headers[name] = Array.isArray(value) ? value.join(', ') : String(value);
  }
  return headers;
}
