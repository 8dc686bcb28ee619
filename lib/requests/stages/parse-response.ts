import { parsePayload } from '../parse-payload.js';
import type { Stage } from '../stage.js';

/** Checks what came against the schema of the call and types it; nothing (null, a 204) fits every schema. */
export function parseResponse(): Stage {
  return async function parseResponse(call) {
    const { payload, isConfirmed, signal } = call;
    // Before a schema, or whoever made the call, may change it.
    call.claim?.keepPayload(payload);
    if (!isConfirmed) call.keepPayload?.(payload);
    return parsePayload(call, { payload, source: isConfirmed ? 'cache' : 'live', signal });
  };
}
