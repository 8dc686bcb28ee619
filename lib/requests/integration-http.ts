import axios, {
  AxiosError,
  AxiosHeaders,
  type AxiosAdapter,
  type AxiosInstance,
  type AxiosRequestConfig,
  type AxiosResponse,
} from 'axios';
import axiosRetry from 'axios-retry';
import type { IntegrationDocument } from '../../schemas/integration.js';
import { runWithin } from '../context.js';
import { integrationIdentity } from '../integration-identity.js';
import { discardBody, expectErrors } from '../http/request-body.js';
import { isError } from '../is-error.js';
import type { ResponseType } from '../types/request-builder.js';
import { attemptSignal } from './attempt-signal.js';
import { baseUrlOf } from './base-url.js';
import { specFromOptions } from './builder.js';
import type { Call } from './call.js';
import type { CallGate } from './call-gate.js';
import type { CallSpec } from './call-spec.js';
import { followSignals } from './follow-signals.js';
import { nextDelay } from './next-delay.js';
import type { RetryPolicy } from './retry-policy.js';
import { createCall, type CallRunnerParts } from './run-call.js';
import type { CallRecorder } from './stages/record-call.js';
import { createWrappedAxios } from './wrapped-axios.js';

type AxiosRequest = Parameters<AxiosAdapter>[0];

/** What an axios instance of an integration is made of. */
export interface IntegrationHttpParts extends CallRunnerParts {
  readonly recorder: CallRecorder;
  readonly retryPolicy: RetryPolicy;
}

/** One axios request on its way, its retries included. */
interface Exchange {
  call: Call | null;
  /** Aborted when the caller gives up or the instance stops. */
  readonly signal: AbortSignal;
  /** Called when the exchange is over. */
  readonly leave: () => void;
  /** Of the last attempt, as the pipeline threw it; null where it succeeded. */
  failure: unknown;
  nextDelayMs: number;
}

/**
 * An axios instance on the provider's base URL. Its adapter sends each attempt through the same stages as every other
 * call, and axios-retry repeats them by the same policy: one request, one document in the log.
 */
export function createIntegrationHttp(parts: IntegrationHttpParts, integration: IntegrationDocument): AxiosInstance {
  // By the request's own adapter: axios copies the configuration for each retry and keeps only what it knows.
  const exchanges = new WeakMap<AxiosAdapter, Exchange>();
  const exchangeOf = ({ adapter }: AxiosRequestConfig = {}): Exchange | undefined =>
    typeof adapter === 'function' ? exchanges.get(adapter) : undefined;

  const baseURL = baseUrlOf(parts.providerOf(integration.provider), integration);
  const instance = createWrappedAxios(baseURL === null ? {} : { baseURL }, async (config, send) => {
    // A retry is a request within the request.
    if (exchangeOf(config) !== undefined) return send(config);
    const exchange = beginExchange(parts.gate, config.signal);
    const adapter: AxiosAdapter = (request) => sendAttempt(parts, integration, exchange, request);
    exchanges.set(adapter, exchange);
    const body: unknown = expectErrors(config.data);
    try {
      return await send({ ...config, adapter, signal: exchange.signal });
    } catch (error) {
      discardBody(body);
      throw error;
    } finally {
      // Who sends the configuration of an error once more begins another request.
      exchanges.delete(adapter);
      await finish(parts.recorder, exchange);
    }
  });
  axiosRetry(instance, {
    retries: Number.MAX_SAFE_INTEGER,
    shouldResetTimeout: true,
    retryCondition: ({ config }) => mayRetry(parts.retryPolicy, exchangeOf(config)),
    retryDelay: (_count, { config }) => exchangeOf(config)?.nextDelayMs ?? 0,
  });
  return instance;
}

/** One signal for the caller's and the instance's, which axios-retry heeds while it waits. */
function beginExchange(gate: CallGate, own: AxiosRequestConfig['signal']): Exchange {
  const leaveGate = gate.enter();
  const controller = new AbortController();
  const leaveSignals = followSignals([...ownSignals(own), gate.signal], (error) => controller.abort(error));
  const leave = (): void => {
    leaveSignals();
    leaveGate();
  };
  return { call: null, signal: controller.signal, leave, failure: null, nextDelayMs: 0 };
}

function ownSignals(own: AxiosRequestConfig['signal']): AbortSignal[] {
  return own instanceof AbortSignal ? [own] : [];
}

/** One attempt: the stages, with axios' own idea of requests and answers around them. */
async function sendAttempt(
  parts: CallRunnerParts,
  integration: IntegrationDocument,
  exchange: Exchange,
  request: AxiosRequest,
): Promise<AxiosResponse> {
  const call = (exchange.call ??= createCall(parts, integration, specOf(request)));
  // Another one where an interceptor has set it.
  const outer = [exchange.signal, ...ownSignals(request.signal)];
  const attempt = attemptSignal({ remainingMs: call.remainingMs(), outer });
  call.beginAttempt(exchange.nextDelayMs, attempt);
  exchange.failure = null;
  try {
    await runWithin({ integration: integrationIdentity(integration) }, () => parts.pipeline.runAttempt(call));
    return axiosResponse(call, request);
  } catch (error) {
    exchange.failure = error;
    const response = call.response === null ? undefined : axiosResponse(call, request);
    // A status that the caller declared to be fine was recorded as a failure, and is an answer all the same.
    if (response !== undefined && request.validateStatus?.(response.status) === true) {
      exchange.failure = null;
      return response;
    }
    throw axiosError(error, request, response);
  } finally {
    attempt.release();
  }
}

function specOf(request: AxiosRequest): CallSpec {
  const method = (request.method ?? 'get').toUpperCase();
  const spec = specFromOptions({
    endpoint: request.url ?? '/',
    method,
    url: axios.getUri(request),
    data: method === 'GET' || method === 'HEAD' ? undefined : request.data,
    headers: stringHeaders(request.headers),
    responseType: responseTypeOf(request),
    ...(request.timeout !== undefined && request.timeout > 0 && { timeoutMs: request.timeout }),
    ...(request.maxContentLength !== undefined &&
      request.maxContentLength > 0 && { maxResponseBytes: request.maxContentLength }),
  });
  return spec;
}

/** Axios parses JSON by itself, from text. */
function responseTypeOf({ responseType }: AxiosRequest): ResponseType {
  if (responseType === 'stream') return 'stream';
  return responseType === 'arraybuffer' || responseType === 'blob' ? 'binary' : 'text';
}

function stringHeaders(headers: AxiosHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers.toJSON(true)).map(([name, value]) => [name, [value].flat().join(', ')]),
  );
}

function axiosResponse({ response }: Call, request: AxiosRequest): AxiosResponse {
  const { statusCode = 0, headers = {}, body = null, rawText = null } = response ?? {};
  return {
    data: rawText ?? body,
    status: statusCode,
    statusText: '',
    headers: new AxiosHeaders({ ...headers }),
    config: request,
  };
}

function axiosError(error: unknown, request: AxiosRequest, response: AxiosResponse | undefined): AxiosError {
  const cause = isError(error) ? error : new Error('The request failed.', { cause: error });
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  const failure = AxiosError.from(cause, code, request, undefined, response);
  // Taken over from the cause, where it is not what was answered but what our errors are answered with.
  if (response === undefined) delete failure.status;
  return failure;
}

function mayRetry(policy: RetryPolicy, exchange: Exchange | undefined): boolean {
  const call = exchange?.call ?? null;
  if (exchange === undefined || call === null) return false;
  const delayMs = nextDelay(policy, call, exchange.failure, [exchange.signal]);
  if (delayMs === null) return false;
  exchange.nextDelayMs = delayMs;
  call.previousFailure = exchange.failure;
  return true;
}

/** Whatever became of the request in interceptors and transforms, the call is what its last attempt was. */
async function finish(recorder: CallRecorder, { call, failure, leave }: Exchange): Promise<void> {
  if (call !== null && call.attempts.length > 0) await recorder.record(call, failure);
  leave();
}
