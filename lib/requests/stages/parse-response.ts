import { SchemaDriftError } from '../../errors.js';
import type { Stage } from '../stage.js';

/** Checks what came against the schema of the call and types it; nothing (null, a 204) fits every schema. */
export function parseResponse(): Stage {
  return async function parseResponse(call) {
    const payload = call.response === null ? call.returned : call.response.body;
    const { parser } = call.spec;
    if (parser === null) return payload;
    if (payload === null || payload === undefined) return null;
    const result = await parser.parse(payload);
    if (result.violations === undefined) return result.value;
    throw new SchemaDriftError({
      integrationId: call.integrationId.toHexString(),
      endpoint: call.endpoint,
      schemaName: parser.schemaName,
      payload,
      source: 'live',
      violations: result.violations,
      cause: result.cause,
    });
  };
}
