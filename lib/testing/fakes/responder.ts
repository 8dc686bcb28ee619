import { IntegrationError } from '../../errors.js';
import { isError } from '../../is-error.js';
import { copyData } from './copy-data.js';
import { FakeSequence, type FakeFunction, type FakeResponse } from './fake-response.js';
import type { FakedRequest } from './faked-request.js';
import { isRecorded, replayed, type RecordedAnswers } from './recorded-answer.js';

/** Gives the answer to one attempt: a value, or a `FakeAnswer`. Rejects where the response is an error. */
export type Responder = (request: FakedRequest) => Promise<unknown>;

/** Brings a response to life. What it remembers (how far a sequence has come) is its own. */
export function createResponder(response: FakeResponse): Responder {
  if (response instanceof FakeSequence) return inOrder(response.responses.map(createResponder));
  if (isRecorded(response)) return fromTape(response);
  if (isFunction(response)) return async (request) => answerOf(await response(request));
  return async () => Promise.resolve(answerOf(response));
}

function inOrder(responders: readonly Responder[]): Responder {
  const rest = responders.values();
  return async (request) => rest.next().value?.(request) ?? null;
}

/** Nobody knows what the other API would have said next: that is no null. */
function fromTape(recorded: RecordedAnswers): Responder {
  const answers = replayed(recorded);
  const rest = answers.values();
  return async ({ method, endpoint }) => {
    const { value, done } = rest.next();
    if (done !== true) return Promise.resolve(value);
    throw new IntegrationError(
      'FAKE_RESPONSE_MISSING',
      `The recording has ${String(answers.length)} answers to ${method} ${endpoint}, and there is one more request.`,
    );
  };
}

function answerOf(response: unknown): unknown {
  if (isError(response)) throw response;
  if (response instanceof FakeSequence) {
    throw new IntegrationError(
      'OPTIONS_INVALID',
      'A function cannot answer with a sequence(): each call would begin it anew.',
    );
  }
  return copyData(response);
}

function isFunction(response: FakeResponse): response is FakeFunction {
  return typeof response === 'function';
}
