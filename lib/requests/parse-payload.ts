import { SchemaDriftError } from '../errors.js';
import { unlessAborted } from '../unless-aborted.js';
import type { Call } from './call.js';

export interface ParseInput {
  readonly payload: unknown;
  /** Where the payload comes from. */
  readonly source: SchemaDriftError['source'];
  /** A schema may be asynchronous, and outlasts this no more than anything else does. */
  readonly signal: AbortSignal;
}

/**
 * Checks a payload against the schema of the call and types it; nothing (null, a 204) fits every schema.
 *
 * @throws SchemaDriftError
 */
export async function parsePayload(call: Call, { payload, source, signal }: ParseInput): Promise<unknown> {
  const { parser } = call.spec;
  if (parser === null) return payload;
  if (payload === null || payload === undefined) return null;
  const result = await unlessAborted(signal, () => parser.parse(payload));
  if (result.violations === undefined) return result.value;
  throw new SchemaDriftError({
    integrationId: call.integrationId.toHexString(),
    endpoint: call.endpoint,
    schemaName: parser.schemaName,
    payload,
    source,
    violations: result.violations,
    cause: result.cause,
  });
}
