import type { AnyProvider } from '../../providers/contracts.js';
import type { Redactor } from '../redaction/redactor.js';
import { storedBody } from '../request-log/stored-body.js';
import { endpointPattern } from './endpoint-pattern.js';
import type { BodyRecorder, BodySide } from './log-entry.js';

/** What the log holds of bodies, as far as a provider has a say in it. */
interface BodyRules {
  readonly unlogged: (endpoint: string) => boolean;
  readonly paths: Readonly<Record<BodySide, readonly string[]>>;
  readonly maxBytes: Readonly<Record<BodySide, number>>;
}

/** Stores bodies by the rules of the call's provider: its sensitive fields, its unlogged endpoints, its cap. */
export function createBodyRecorder(redactor: Redactor, maxStoredBytes: number): BodyRecorder {
  const rules = new WeakMap<AnyProvider, BodyRules>();
  return (call, side, body) => {
    const provider = call.providerDefinition;
    const known = rules.get(provider) ?? bodyRules(provider, maxStoredBytes);
    rules.set(provider, known);
    if (known.unlogged(call.endpoint)) return null;
    const { knownSecrets } = call;
    return storedBody(body, { redactor, knownSecrets, paths: known.paths[side], maxBytes: known.maxBytes[side] });
  };
}

function bodyRules(provider: AnyProvider, maxStoredBytes: number): BodyRules {
  const unlogged = (provider.unloggedEndpoints?.() ?? []).map(endpointPattern);
  return {
    unlogged: (endpoint) => unlogged.some((matches) => matches(endpoint)),
    paths: {
      request: provider.sensitiveRequestFields?.() ?? [],
      response: provider.sensitiveResponseFields?.() ?? [],
    },
    maxBytes: { request: maxStoredBytes, response: provider.maxStoredResponseBytes?.() ?? maxStoredBytes },
  };
}
