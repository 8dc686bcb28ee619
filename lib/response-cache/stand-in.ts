import { isIntegrationError } from '../errors.js';
import { isOutage } from './outage.js';
import type { Serving } from './serving.js';
import { isWithinStaleness } from './stored-response.js';
import type { Visit } from './visit.js';

/**
 * What a failed call comes to: the response that is remembered, where it has expired recently enough; else the failure.
 *
 * @param mayStandIn Whether a remembered response may stand in for a failure like this.
 */
export async function standIn(
  serving: Serving,
  { call, plan, known }: Visit,
  mayStandIn: boolean,
  otherwise: () => unknown,
): Promise<unknown> {
  if (!mayStandIn || known === null || !isWithinStaleness(known, plan.staleMs)) return otherwise();
  const opened = await serving.open(known, plan.id);
  if (opened === null) return otherwise();
  try {
    return await serving.serve(call, opened.payload, { requestId: opened.requestId, kind: 'staleHits' });
  } catch (error) {
    // One that does not fit any more is no help: the failure says more.
    if (isIntegrationError(error, 'SCHEMA_DRIFT')) return otherwise();
    throw error;
  }
}

/** The same for a call that failed with an error, which is thrown where nothing stands in for it. */
export function standInFor(serving: Serving, visit: Visit, failure: unknown): Promise<unknown> {
  return standIn(serving, visit, isOutage(visit.call, failure), () => {
    throw failure;
  });
}
