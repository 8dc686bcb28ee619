import { Readable } from 'node:stream';
import { HttpResponseError } from '../../errors.js';
import type { HttpRequest, HttpResponse } from '../../http/messages.js';
import { readResponse } from '../../http/read-response.js';
import { encodeBody } from '../../http/request-body.js';
import { ResponseNotJsonError } from '../../http/response-not-json-error.js';
import type { Call } from '../../requests/call.js';
import { createHttpTransport } from '../../requests/http-transport.js';
import type { HttpExchange } from '../../requests/stages/send.js';
import type { Outlet } from '../../requests/transport-switch.js';
import { unlessAborted } from '../../unless-aborted.js';
import { copyData } from './copy-data.js';
import { FakeAnswer, FakePassThrough } from './fake-response.js';
import type { OAuthAsker } from './faked-request.js';
import type { Tape } from './tape.js';

/** What answers in place of the other API: with a value, a `FakeAnswer`, or a `FakePassThrough`. */
export interface FakeAnswerer {
  /** `http` is the request as built for a URL call, null for a callback. */
  answer(call: Call, http: HttpRequest | null): Promise<unknown>;
  answerOAuth(of: OAuthAsker, http: HttpRequest): Promise<unknown>;
  /** Keeps what comes back of what is let through. */
  readonly tape: Tape;
}

/** The fake that answers for an integration; null: its calls go out. */
export type FindAnswerer = (integrationId: OAuthAsker['_id']) => FakeAnswerer | null;

/**
 * Answers by itself what would leave the process. Requests of URL calls are built as the real ones are, so that a
 * missing path value, say, is found; callbacks do not run.
 */
export function createFakeTransport(find: FindAnswerer, real: Outlet): Outlet {
  return {
    async sendHttp(call, url) {
      const fake = find(call.integrationId);
      if (fake === null) return real.sendHttp(call, url);
      const send = async (request: HttpRequest): Promise<HttpResponse> => {
        request.onSend?.();
        const answer = await unlessAborted(request.signal, () => fake.answer(call, request));
        if (answer instanceof FakePassThrough) return recorded(fake.tape, call, () => real.sendHttp(call, url));
        return toResponse(answer, request);
      };
      return createHttpTransport({ send, close: () => undefined }).sendHttp(call, url);
    },
    async runCallback(call, callback) {
      const fake = find(call.integrationId);
      if (fake === null) return real.runCallback(call, callback);
      const answer = await fake.answer(call, null);
      if (!(answer instanceof FakePassThrough)) return toReturned(answer, call);
      const returned: unknown = await real.runCallback(call, callback);
      fake.tape.keepReturned(call, returned);
      return returned;
    },
    async sendOAuth(of, request) {
      const fake = find(of._id);
      if (fake === null) return real.sendOAuth(of, request);
      const answer = await unlessAborted(request.signal, () => fake.answerOAuth(of, request));
      // Never recorded: what is said there are secrets.
      if (answer instanceof FakePassThrough) return real.sendOAuth(of, request);
      return toResponse(answer instanceof FakeAnswer ? answer : asJson(answer), request);
    },
  };
}

/** An answer that could not be read is an answer all the same. */
async function recorded(tape: Tape, call: Call, send: () => Promise<HttpExchange>): Promise<HttpResponse> {
  try {
    const { response } = await send();
    tape.keep(call, response);
    return response;
  } catch (error) {
    if (error instanceof ResponseNotJsonError) tape.keep(call, error.response);
    throw error;
  }
}

/** Token endpoints are read as text. */
function asJson(value: unknown): FakeAnswer {
  return new FakeAnswer(200, { 'content-type': 'application/json' }, JSON.stringify(value ?? null));
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
