import type { ServerResponse } from 'node:http';
import type { IntegrationDocument } from '../../../lib/index.js';
import type { IntegrationModels } from '../../../schemas/models.js';
import type { IntegrationResponseFields } from '../../../schemas/integration-response.js';
import { localToken, type LocalInstance } from '../../support/local-instance.js';

/** Answers with JSON. */
export function json(value: unknown, headers: Record<string, string> = {}) {
  return (_request: unknown, response: ServerResponse) =>
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

/** Answers with a status and nothing else. */
export function status(code: number) {
  return (_request: unknown, response: ServerResponse) => response.writeHead(code).end();
}

/** A callback that counts how often it ran, and gives what it is told. */
export function counted<T>(give: (run: number) => T | Promise<T>) {
  let runs = 0;
  const callback = (): T | Promise<T> => {
    runs += 1;
    return give(runs);
  };
  return Object.assign(callback, { runs: () => runs });
}

let names = 0;

/** Another integration of the local provider. */
export function another({ integrations }: LocalInstance): Promise<IntegrationDocument> {
  names += 1;
  const credentials = { token: localToken };
  return integrations.create({
    provider: 'local',
    name: `Local ${names}`,
    credentials,
    metadata: { owner: 'octocat' },
  });
}

type Models = Pick<IntegrationModels, 'IntegrationRequest' | 'IntegrationResponse'>;

/** What is stored of an endpoint, by whatever integration. */
export function storedOf({ IntegrationResponse }: Models, endpoint: string): Promise<IntegrationResponseFields[]> {
  return IntegrationResponse.find({ endpoint }).lean<IntegrationResponseFields[]>().exec();
}

/** As if the responses of the endpoint had expired so long ago. */
export async function expire({ IntegrationResponse }: Models, endpoint: string, secondsAgo = 1): Promise<void> {
  const freshUntil = new Date(Date.now() - secondsAgo * 1_000);
  await IntegrationResponse.collection.updateMany({ endpoint }, { $set: { freshUntil } });
}

/** The logged requests of an endpoint, the oldest first. */
export function requestsOf({ IntegrationRequest }: Models, endpoint: string) {
  return IntegrationRequest.find({ endpoint }).sort({ createdAt: 1, _id: 1 }).lean().exec();
}

/** What a call came to: its value, or the code or message of its error. */
export function outcome(call: Promise<unknown>): Promise<unknown> {
  return call.catch((error: unknown) => {
    if (!(error instanceof Error)) return String(error);
    return 'code' in error ? String(error.code) : error.message;
  });
}

/** A promise and the way to settle it. */
export function deferred<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Something to wait for, that happens when somebody says so. */
export function moment() {
  const { promise, resolve } = deferred<null>();
  return { promise, resolve: () => resolve(null) };
}
