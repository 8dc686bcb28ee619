import { runWithin } from '../../context.js';
import { IntegrationError } from '../../errors.js';
import { opinionOf } from '../../failures/opinion-of.js';
import type { HttpResponse } from '../../http/messages.js';
import { toResponseError } from '../../http/response-error.js';
import { ResponseNotJsonError } from '../../http/response-not-json-error.js';
import { isError } from '../../is-error.js';
import { unlessAborted } from '../../unless-aborted.js';
import type { RequestCallback } from '../../types/request-builder.js';
import type { Call } from '../call.js';
import type { Stage } from '../stage.js';

/** An answer, and the URL that was asked in the end. */
export interface HttpExchange {
  readonly url: URL;
  readonly response: HttpResponse;
}

/** What leaves the process: an HTTP request for a URL call, the caller's code for a callback. */
export interface Transport {
  sendHttp(call: Call, url: string): Promise<HttpExchange>;
  runCallback(call: Call, callback: RequestCallback<unknown>): unknown;
}

/** Sends the call and keeps the answer on it. The transport is asked for anew each time: the testing entry exchanges it. */
export function send(transport: () => Transport): Stage {
  return async function send(call, next) {
    const { target } = call.spec;
    if (target.kind === 'url') {
      await exchangeHttp(call, () => transport().sendHttp(call, target.url));
    } else {
      call.isSent = true;
      call.returned = await runCallback(call, () => transport().runCallback(call, target.callback));
    }
    return next();
  };
}

/** An answer that could not be read is an answer all the same: the log keeps it. */
async function exchangeHttp(call: Call, sendHttp: () => Promise<HttpExchange>): Promise<void> {
  try {
    const { url, response } = await sendHttp();
    receive(call, url, response);
  } catch (error) {
    if (error instanceof ResponseNotJsonError) call.response = error.response;
    throw error;
  }
}

/** @throws HttpResponseError for a status outside 200 to 299. */
function receive(call: Call, url: URL, response: HttpResponse): void {
  call.response = response;
  const metadata = opinionOf(() => call.providerDefinition.http?.responseMetadata?.(response));
  if (metadata !== null) call.reportResponseMetadata(metadata);
  if (response.statusCode >= 200 && response.statusCode <= 299) return;
  call.isConfirmed = response.statusCode === 304 && call.revalidation !== null;
  if (call.isConfirmed) return;
  throw toResponseError(response, { method: call.method, url });
}

/** Runs the caller's code in the context of the call. It cannot outlast the attempt, whether it heeds its signal or not. */
async function runCallback(call: Call, callback: () => unknown): Promise<unknown> {
  const { signal, attempt } = call;
  try {
    return await unlessAborted(signal, () => runWithin({ request: call, attempt }, callback));
  } catch (thrown) {
    throw asError(thrown);
  }
}

function asError(thrown: unknown): Error {
  if (isError(thrown)) return thrown;
  return new IntegrationError('NON_ERROR_THROWN', `The callback threw a ${typeof thrown}, not an Error.`, {
    cause: thrown,
  });
}
