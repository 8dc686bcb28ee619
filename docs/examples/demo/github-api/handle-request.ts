import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { answerAdmin } from './admin-routes.js';
import type { Answer } from './answer.js';
import { readRequest, type ApiRequest } from './api-request.js';
import { faultAnswer } from './fault-answer.js';
import type { FaultQueue } from './fault-queue.js';
import type { Fault } from './fault.js';
import type { RecordedRequest } from './recorded-request.js';
import { newRequestId } from './request-id.js';
import { writeAnswer } from './write-answer.js';

/** What the request handler works with. */
export interface HandlerParts {
  /** Headers of every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Asked once per request. */
  readonly faults: FaultQueue;
  /** Every request is added here on arrival. */
  readonly requests: RecordedRequest[];
  /** What a healthy GitHub answers; called only for the requests that get through. */
  readonly answer: (request: ApiRequest) => Answer;
}

/** Answers a request, or resets its connection when its fault says so. */
export async function handleRequest(
  message: IncomingMessage,
  response: ServerResponse,
  parts: HandlerParts,
): Promise<void> {
  const request = await readRequest(message);
  const answer = answerAdmin(request, parts.faults, parts.requests) ?? (await answerRecorded(request, parts));
  if (answer) writeAnswer(response, answer);
  else message.socket.resetAndDestroy();
}

/** Records a request and lets its fault happen. Undefined when the connection must be reset. */
async function answerRecorded(request: ApiRequest, parts: HandlerParts): Promise<Answer | undefined> {
  const fault = parts.faults.next();
  const recorded: RecordedRequest = { ...request, requestId: newRequestId(), ...(fault && { fault }) };
  parts.requests.push(recorded);
  const healthy = (): Answer => parts.answer(request);
  const answer = fault ? await answerFaulty(fault, healthy) : healthy();
  if (!answer) return undefined;
  recorded.status = answer.status;
  const headers = { ...parts.headers, 'x-github-request-id': recorded.requestId, ...answer.headers };
  return { ...answer, headers };
}

async function answerFaulty(fault: Fault, healthy: () => Answer): Promise<Answer | undefined> {
  // A pending delay must not keep the process of a closed server alive.
  if (fault.delayMs) await setTimeout(fault.delayMs, undefined, { ref: false });
  const faulty = faultAnswer(fault);
  const fails = fault.reset === true || faulty !== undefined;
  const answer = !fails || fault.applied ? healthy() : undefined;
  return fault.reset ? undefined : (faulty ?? answer);
}
