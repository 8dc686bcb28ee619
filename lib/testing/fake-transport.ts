import { Readable } from 'node:stream';
import { HttpResponseError } from '../errors.js';
import type { HttpRequest, HttpResponse } from '../http/messages.js';
import { readResponse } from '../http/read-response.js';
import { encodeBody } from '../http/request-body.js';
import { unlessAborted } from '../unless-aborted.js';
import type { Call } from '../requests/call.js';
import { createHttpTransport } from '../requests/http-transport.js';
import type { Transport } from '../requests/stages/send.js';
import { copyData } from './copy-data.js';
import { FakeAnswer } from './fake-response.js';

/** Answers one attempt: a value or a `FakeAnswer`. `http` is the request as built for a URL call, null for a callback. */
export type FakeAnswerer = (call: Call, http: HttpRequest | null) => Promise<unknown>;

/**
 * Answers by itself what would leave the process. Requests of URL calls are built as the real ones are, so that a
 * missing path value, say, is found; callbacks do not run.
 */
export function createFakeTransport(answer: FakeAnswerer): Transport {
  return {
    sendHttp(call, url) {
      const send = async (request: HttpRequest): Promise<HttpResponse> => {
        request.onSend?.();
        return toResponse(await unlessAborted(request.signal, () => answer(call, request)), request);
      };
      return createHttpTransport({ send, close: () => undefined }).sendHttp(call, url);
    },
    runCallback: async (call) => toReturned(await answer(call, null), call),
  };
}

async function toResponse(answer: unknown, request: HttpRequest): Promise<HttpResponse> {
  if (!(answer instanceof FakeAnswer)) return { statusCode: 200, headers: {}, body: answer ?? null, rawText: null };
  const { statusCode, headers } = answer;
  const { body, contentType } = encodeBody(answer.body, headers['content-type']);
  const bytes = body instanceof Readable ? body : Buffer.from(await new Response(body).arrayBuffer());
  const data = request.responseType === 'stream' ? Readable.from(bytes) : bytes;
  const typed = contentType === null ? headers : { 'content-type': contentType, ...headers };
  return readResponse({ statusCode, headers: typed, data }, request, request);
}

/** What an SDK would make of it. */
function toReturned(answer: unknown, call: Call): unknown {
  if (!(answer instanceof FakeAnswer)) return answer;
  const { statusCode, headers, body } = answer;
  call.reportResponseMetadata({ statusCode });
  if (statusCode <= 299) return copyData(body);
  throw new HttpResponseError(`The fake answered with status ${String(statusCode)}.`, { statusCode, headers, body });
}
