import axios, { AxiosError, AxiosHeaders, type AxiosAdapter, type AxiosInstance, type AxiosResponse } from 'axios';
import axiosRetry from 'axios-retry';
import type { IntegrationDocument } from '../../schemas/integration.js';
import { runWithin } from '../context.js';
import { integrationIdentity } from '../integration-identity.js';
import type { ResponseType } from '../types/request-builder.js';
import { attemptSignal } from './attempt-signal.js';
import { specFromOptions } from './builder.js';
import type { Call } from './call.js';
import type { CallGate } from './call-gate.js';
import type { CallSpec } from './call-spec.js';
import { followSignals } from './follow-signals.js';
import { nextDelay } from './next-delay.js';
import type { RetryPolicy } from './retry-policy.js';
import { createCall, type CallRunnerParts } from './run-call.js';
import type { CallRecorder } from './stages/record-call.js';

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
  /** Of the last attempt, as the pipeline threw it. */
  failure: unknown;
  nextDelayMs: number;
}

/**
 * An axios instance on the provider's base URL. Its adapter sends each attempt through the same stages as every other
 * call, and axios-retry repeats them by the same policy: one request, one document in the log.
 */
export function createIntegrationHttp(parts: IntegrationHttpParts, integration: IntegrationDocument): AxiosInstance {
  const instance = axios.create(baseUrlOf(parts, integration));
  // By the request's own adapter: axios copies the configuration for each retry and keeps only what it knows.
  const exchanges = new WeakMap<AxiosAdapter, Exchange>();
  const exchangeOf = (config: Partial<AxiosRequest> | undefined): Exchange | undefined =>
    typeof config?.adapter === 'function' ? exchanges.get(config.adapter) : undefined;

  instance.interceptors.request.use((config) => {
    if (exchangeOf(config) !== undefined) return config;
    const exchange = beginExchange(parts.gate, config.signal);
    const adapter: AxiosAdapter = (request) => sendAttempt(parts, integration, exchange, request);
    exchanges.set(adapter, exchange);
    return Object.assign(config, { adapter, signal: exchange.signal });
  });
  axiosRetry(instance, {
    retries: Number.MAX_SAFE_INTEGER,
    shouldResetTimeout: true,
    retryCondition: ({ config }) => mayRetry(parts.retryPolicy, exchangeOf(config)),
    retryDelay: (_count, { config }) => exchangeOf(config)?.nextDelayMs ?? 0,
  });
  // After axios-retry's own interceptor, so that only the outcome of the last attempt arrives here.
  instance.interceptors.response.use(
    async (response) => {
      await finish(parts.recorder, exchangeOf(response.config), null);
      return response;
    },
    async (error: unknown) => {
      const config = axios.isAxiosError(error) ? error.config : undefined;
      await finish(parts.recorder, exchangeOf(config), error);
      throw error;
    },
  );
  return instance;
}

function baseUrlOf({ providerOf }: CallRunnerParts, integration: IntegrationDocument): { baseURL?: string } {
  const baseUrl = providerOf(integration.provider).http?.baseUrl;
  if (baseUrl === undefined) return {};
  return { baseURL: typeof baseUrl === 'function' ? baseUrl(integration.getMetadata()) : baseUrl };
}

/** One signal for the caller's and the instance's, which axios-retry heeds while it waits. */
function beginExchange(gate: CallGate, own: AxiosRequest['signal']): Exchange {
  const leaveGate = gate.enter();
  const controller = new AbortController();
  const signals = own instanceof AbortSignal ? [own, gate.signal] : [gate.signal];
  const leaveSignals = followSignals(signals, (error) => controller.abort(error));
  const leave = (): void => {
    leaveSignals();
    leaveGate();
  };
  return { call: null, signal: controller.signal, leave, failure: null, nextDelayMs: 0 };
}

/** One attempt: the stages, with axios' own idea of requests and answers around them. */
async function sendAttempt(
  parts: CallRunnerParts,
  integration: IntegrationDocument,
  exchange: Exchange,
  request: AxiosRequest,
): Promise<AxiosResponse> {
  const call = (exchange.call ??= createCall(parts, integration, specOf(request)));
  const outer = [exchange.signal];
  const { signal, release } = attemptSignal({
    timeoutMs: call.limits.timeoutMs,
    remainingMs: call.remainingMs(),
    outer,
  });
  call.beginAttempt(exchange.nextDelayMs, signal);
  try {
    await runWithin({ integration: integrationIdentity(integration) }, () => parts.pipeline.runAttempt(call));
    return axiosResponse(call, request);
  } catch (error) {
    exchange.failure = error;
    const response = call.response === null ? undefined : axiosResponse(call, request);
    // A status that the caller declared to be fine was recorded as a failure, and is an answer all the same.
    if (response !== undefined && request.validateStatus?.(response.status) === true) return response;
    throw axiosError(error, request, response);
  } finally {
    release();
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
  const cause = error instanceof Error ? error : new Error('The request failed.', { cause: error });
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  return AxiosError.from(cause, code, request, undefined, response);
}

function mayRetry(policy: RetryPolicy, exchange: Exchange | undefined): boolean {
  const call = exchange?.call ?? null;
  if (exchange === undefined || call === null) return false;
  const delayMs = nextDelay(policy, call, exchange.failure, [exchange.signal]);
  if (delayMs === null) return false;
  exchange.nextDelayMs = delayMs;
  return true;
}

/** Once: after a retry, the outcome passes here for the outer request too. */
async function finish(recorder: CallRecorder, exchange: Exchange | undefined, error: unknown): Promise<void> {
  if (exchange === undefined) return;
  const { call } = exchange;
  exchange.call = null;
  if (call !== null && call.attempts.length > 0) {
    await recorder.record(call, error === null ? null : (exchange.failure ?? error));
  }
  exchange.leave();
}
