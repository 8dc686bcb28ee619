import type { AxiosInstance } from 'axios';
import type { BoundIntegrationMethods, IntegrationDocument } from '../../schemas/integration.js';
import type { IntegrationModels } from '../../schemas/models.js';
import type { DocumentValues } from '../integration-store/document-values.js';
import type { HealthObservers } from '../health/health-observer.js';
import type { AccessTokens } from '../oauth/access-tokens.js';
import { mappingMethods } from '../mappings/mapping-methods.js';
import { logOperation, type OperationParts } from '../operations/log-operation.js';
import { runOperation } from '../operations/run-operation.js';
import { createBuilder, specFromOptions } from '../requests/builder.js';
import { createIntegrationHttp, type IntegrationHttpParts } from '../requests/integration-http.js';
import { runCall } from '../requests/run-call.js';
import { urlOfCall } from '../requests/url-of-call.js';
import type { Syncs } from '../sync/create-syncs.js';

/** The services behind the methods of an integration document. */
export interface DocumentServices {
  readonly models: IntegrationModels;
  readonly values: DocumentValues;
  readonly operations: OperationParts;
  readonly calls: IntegrationHttpParts;
  readonly health: Pick<HealthObservers, 'recordSuccess' | 'recordFailure'>;
  readonly syncs: Syncs['documents'];
  readonly tokens: AccessTokens;
}

/**
 * The methods of integration documents, bound to one instance.
 *
 * @param services Asked for when a method is called: the models exist only once the schema has its methods.
 */
export function documentMethods(services: () => DocumentServices): BoundIntegrationMethods {
  return {
    ...relations(services),
    ...mappingMethods(() => services().models.IntegrationMapping),
    ...syncMethods(services),
    ...tokenMethods(services),
    at(endpoint) {
      return createBuilder(endpoint, {
        run: (spec) => runCall(services().calls, this, spec),
        urlOf: (spec) => urlOfCall(services().calls.providerOf(this.provider), this, spec),
      });
    },
    async request(options) {
      return runCall(services().calls, this, specFromOptions(options));
    },
    logOperation(operation, options) {
      return logOperation(services().operations, this, operation, options);
    },
    runOperation(operation, work) {
      return runOperation(services().operations, this, operation, work);
    },
    getCredentials() {
      return services().values.getCredentials(this);
    },
    credentialsArray() {
      return services().values.credentialsArray(this);
    },
    recordSuccess() {
      return services().health.recordSuccess(this);
    },
    recordFailure(error) {
      return services().health.recordFailure(this, error);
    },
    getMetadata() {
      return services().values.getMetadata(this);
    },
  };
}

type SyncMethod = 'syncNow' | 'markSynced' | 'pendingSyncItemCount';

function syncMethods(services: () => DocumentServices): Pick<BoundIntegrationMethods, SyncMethod> {
  return {
    syncNow(options) {
      return services().syncs.syncNow(this, options);
    },
    markSynced(at) {
      return services().syncs.markSynced(this, at);
    },
    pendingSyncItemCount() {
      return services().syncs.pendingItems(this);
    },
  };
}

type TokenMethod = 'getAccessToken' | 'tokenExpiresSoon' | 'refreshTokenIfNeeded';

function tokenMethods(services: () => DocumentServices): Pick<BoundIntegrationMethods, TokenMethod> {
  return {
    getAccessToken() {
      return services().tokens.getAccessToken(this);
    },
    tokenExpiresSoon() {
      return services().tokens.tokenExpiresSoon(this);
    },
    refreshTokenIfNeeded() {
      return services().tokens.refreshTokenIfNeeded(this);
    },
  };
}

type Relation = 'requests' | 'logs' | 'mappings' | 'webhooks' | 'syncItems';

function relations(services: () => DocumentServices): Pick<BoundIntegrationMethods, Relation> {
  const ownedBy = (integration: IntegrationDocument) => ({ integrationId: integration._id });
  return {
    requests() {
      return services().models.IntegrationRequest.find(ownedBy(this));
    },
    logs() {
      return services().models.IntegrationLog.find(ownedBy(this));
    },
    mappings() {
      return services().models.IntegrationMapping.find(ownedBy(this));
    },
    webhooks() {
      return services().models.IntegrationWebhook.find(ownedBy(this));
    },
    syncItems() {
      return services().models.IntegrationSyncItem.find(ownedBy(this));
    },
  };
}

/** Gives documents their `http`: a getter of the prototype, because a Mongoose virtual would show up in `toObject()`. */
export function defineHttp(model: IntegrationModels['Integration'], parts: IntegrationHttpParts): void {
  const instances = new WeakMap<IntegrationDocument, AxiosInstance>();
  Object.defineProperty(model.prototype, 'http', {
    configurable: true,
    get(this: IntegrationDocument) {
      const instance = instances.get(this) ?? createIntegrationHttp(parts, this);
      instances.set(this, instance);
      return instance;
    },
  });
}
