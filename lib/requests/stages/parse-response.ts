import { SchemaDriftError } from '../../errors.js';
import { unlessAborted } from '../../unless-aborted.js';
import type { Stage } from '../stage.js';

/** Checks what came against the schema of the call and types it; nothing (null, a 204) fits every schema. */
export function parseResponse(): Stage {
  return async function parseResponse(call) {
    const { payload } = call;
    const { parser } = call.spec;
    if (parser === null) return payload;
    if (payload === null || payload === undefined) return null;
    // A schema may be asynchronous, and outlasts the attempt no more than anything else does.
    const result = await unlessAborted(call.signal, () => parser.parse(payload));
    if (result.violations === undefined) return result.value;
    throw new SchemaDriftError({
      integrationId: call.integrationId.toHexString(),
      endpoint: call.endpoint,
      schemaName: parser.schemaName,
      payload,
      source: call.isConfirmed ? 'cache' : 'live',
      violations: result.violations,
      cause: result.cause,
    });
  };
}
