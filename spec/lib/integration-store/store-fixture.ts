import { randomBytes } from 'node:crypto';
import type { Connection } from 'mongoose';
import { createKeyRing, type EncryptionKey } from '../../../lib/credentials/key-ring.js';
import { createSealer } from '../../../lib/credentials/sealer.js';
import type { EventHub } from '../../../lib/event-hub.js';
import type { IntegrationEventName } from '../../../lib/events.js';
import { createDocumentValues, type DocumentValues } from '../../../lib/integration-store/document-values.js';
import { createIntegrationStore } from '../../../lib/integration-store/integration-store.js';
import { defineProvider } from '../../../providers/define-provider.js';
import { createProviderRegistry } from '../../../providers/registry.js';
import type { BoundIntegrationMethods } from '../../../schemas/integration.js';
import { compileModels, type IntegrationModels } from '../../../schemas/models.js';

/** A fresh encryption key. */
export function newKey(id: string): EncryptionKey {
  return { id, secret: randomBytes(32).toString('base64') };
}

export const key = newKey('2026-11');
export const token = 'tok_4f1c9a7e';

/** Strict, with defaults. */
const acme = defineProvider({
  name: 'Acme',
  credentialSchema: {
    type: 'object',
    properties: { token: { type: 'string', minLength: 8 }, region: { type: 'string', default: 'eu' } },
    required: ['token'],
    additionalProperties: false,
  },
  metadataSchema: {
    type: 'object',
    properties: { repo: { type: 'string' }, perPage: { type: 'integer', default: 50 } },
    additionalProperties: false,
  },
});

export class TypedValue {
  private constructor(readonly plain: object) {}

  static from(plain: unknown): TypedValue {
    return new TypedValue(plain as object);
  }
}

const typed = {
  name: 'Typed',
  credentialSchema: { type: 'object' },
  metadataSchema: { type: 'object' },
  credentialDataClass: TypedValue,
  metadataDataClass: TypedValue,
} as const;

/** A store over real models, as one process of the application would have it. */
export function createFixture(models: IntegrationModels, keys: readonly EncryptionKey[] = [key]) {
  const registry = createProviderRegistry();
  registry.register('acme', acme);
  registry.register('typed', typed);
  const keyRing = createKeyRing(keys);
  const sealer = createSealer(keyRing);
  const emitted: { readonly name: IntegrationEventName; readonly payload: object }[] = [];
  const emit: EventHub['emit'] = (name, payload) => void emitted.push({ name, payload: payload() });
  const store = createIntegrationStore({
    models,
    registry,
    sealer,
    emit,
    health: { afterEnabling: async () => undefined },
  });
  return { store, keyRing, sealer, emitted, values: createDocumentValues({ sealer, registry }) };
}

/** Models on the connection, and a store over them. */
export function openFixture(connection: Connection, keys?: readonly EncryptionKey[]) {
  const compiled = compileFixtureModels(connection, () => fixture.values);
  const fixture = createFixture(compiled.models, keys);
  return { ...compiled, ...fixture };
}

/** The models, whose documents can do what `values` can. */
function compileFixtureModels(connection: Connection, values: () => DocumentValues) {
  const elsewhere = (): never => {
    throw new Error('Not part of the store');
  };
  const methods: BoundIntegrationMethods = {
    at: elsewhere,
    request: elsewhere,
    logOperation: elsewhere,
    runOperation: elsewhere,
    requests: elsewhere,
    logs: elsewhere,
    mappings: elsewhere,
    webhooks: elsewhere,
    syncItems: elsewhere,
    getAccessToken: elsewhere,
    tokenExpiresSoon: elsewhere,
    refreshTokenIfNeeded: elsewhere,
    mapExternalId: elsewhere,
    remapExternalId: elsewhere,
    resolveMapping: elsewhere,
    resolveMappings: elsewhere,
    upsertByExternalId: elsewhere,
    findExternalId: elsewhere,
    findOrphans: elsewhere,
    recordSuccess: elsewhere,
    recordFailure: elsewhere,
    syncNow: elsewhere,
    markSynced: elsewhere,
    pendingSyncItemCount: elsewhere,
    getCredentials() {
      return values().getCredentials(this);
    },
    credentialsArray() {
      return values().credentialsArray(this);
    },
    getMetadata() {
      return values().getMetadata(this);
    },
  };
  return compileModels(connection, 'integration', methods);
}
