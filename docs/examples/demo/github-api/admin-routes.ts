import { z } from 'zod';
import { json, type Answer } from './answer.js';
import type { ApiRequest } from './api-request.js';
import { faultSchema } from './fault.js';
import type { FaultQueue } from './fault-queue.js';
import type { RecordedRequest } from './recorded-request.js';

/**
 * Control of a server that runs in another process, without token and never recorded: `POST /_admin/faults` with a JSON
 * list of faults is `failNext`, `GET /_admin/requests` gives `requests`. Undefined for any other path.
 */
export function answerAdmin(
  { method, path, body }: ApiRequest,
  faults: FaultQueue,
  requests: readonly RecordedRequest[],
): Answer | undefined {
  if (!path.startsWith('/_admin/')) return undefined;
  if (method === 'GET' && path === '/_admin/requests') return json(200, requests);
  if (method !== 'POST' || path !== '/_admin/faults') return json(404, { message: 'No such admin call' });
  const parsed = z.array(faultSchema).safeParse(body);
  if (!parsed.success) return json(400, { message: z.prettifyError(parsed.error) });
  faults.enqueue(parsed.data);
  return { status: 204 };
}
