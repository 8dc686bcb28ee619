import type { Connection, Model, Schema } from 'mongoose';
import { Mongoose } from 'mongoose';
import { IntegrationError } from '../lib/errors.js';
import { integrationSchema, type BoundIntegrationMethods, type IntegrationModel } from './integration.js';
import { integrationIdempotencyKeySchema, type IntegrationIdempotencyKeyModel } from './integration-idempotency-key.js';
import { integrationGateSchema, type IntegrationGateModel } from './integration-gate.js';
import { integrationIncidentSchema, type IntegrationIncidentModel } from './integration-incident.js';
import { integrationLogSchema, type IntegrationLogModel } from './integration-log.js';
import { integrationOAuthFlowSchema, type IntegrationOAuthFlowModel } from './integration-oauth-flow.js';
import { integrationMappingSchema, type IntegrationMappingModel } from './integration-mapping.js';
import { integrationRequestSchema, type IntegrationRequestModel } from './integration-request.js';
import { integrationResponseSchema, type IntegrationResponseModel } from './integration-response.js';
import { integrationSyncBatchSchema, type IntegrationSyncBatchModel } from './integration-sync-batch.js';
import { integrationSyncEntitySchema, type IntegrationSyncEntityModel } from './integration-sync-entity.js';
import { integrationSyncItemSchema, type IntegrationSyncItemModel } from './integration-sync-item.js';
import { integrationSyncRunSchema, type IntegrationSyncRunModel } from './integration-sync-run.js';
import { integrationWebhookSchema, type IntegrationWebhookModel } from './integration-webhook.js';

/** The models of one instance, under the names of the contract; on the connection they bear the prefix. */
export interface IntegrationModels {
  readonly Integration: IntegrationModel;
  readonly IntegrationRequest: IntegrationRequestModel;
  readonly IntegrationLog: IntegrationLogModel;
  readonly IntegrationMapping: IntegrationMappingModel;
  readonly IntegrationWebhook: IntegrationWebhookModel;
  readonly IntegrationSyncItem: IntegrationSyncItemModel;
  readonly IntegrationSyncRun: IntegrationSyncRunModel;
  readonly IntegrationSyncBatch: IntegrationSyncBatchModel;
  readonly IntegrationSyncEntity: IntegrationSyncEntityModel;
  readonly IntegrationIdempotencyKey: IntegrationIdempotencyKeyModel;
  readonly IntegrationIncident: IntegrationIncidentModel;
  readonly IntegrationGate: IntegrationGateModel;
  readonly IntegrationResponse: IntegrationResponseModel;
  readonly IntegrationOAuthFlow: IntegrationOAuthFlowModel;
}

export interface CompiledModels {
  readonly models: IntegrationModels;
  /** Makes the indexes; resolves when they are built. */
  install(): Promise<void>;
  /** Makes the unique indexes only, which correctness rests on. */
  installUnique(): Promise<void>;
  /** Takes the models off the connection. */
  remove(): void;
}

/**
 * Compiles the models on the host's connection. The prefix `integration` gives the collections `integrations`,
 * `integration_requests`, … and the models `Integration`, `IntegrationRequest`, ….
 *
 * @throws IntegrationError `MODEL_NAME_TAKEN` when the connection has a model of such a name already.
 */
export function compileModels(
  connection: Connection,
  prefix: string,
  methods: BoundIntegrationMethods,
): CompiledModels {
  const compiled: string[] = [];
  const compile: CompileModel = <Fields, Compiled extends Model<Fields>, Methods, Helpers, Virtuals, Statics>(
    name: string,
    schema: Schema<Fields, Compiled, Methods, Helpers, Virtuals, Statics>,
  ): Compiled => {
    if (connection.modelNames().includes(name)) {
      for (const done of compiled) connection.deleteModel(done);
      throw new IntegrationError('MODEL_NAME_TAKEN', `The connection already has a model named "${name}".`, {
        details: { model: name, option: 'prefix' },
      });
    }
    compiled.push(name);
    shieldFromGlobalPlugins(name, schema);
    return connection.model<Fields, Compiled, Helpers>(name, schema);
  };
  const models = compileAll(compile, prefix, methods);
  return { models, ...lifecycle(connection, models, compiled) };
}

/** Puts one model onto the connection. */
type CompileModel = <Fields, Compiled extends Model<Fields>, Methods, Helpers, Virtuals, Statics>(
  name: string,
  schema: Schema<Fields, Compiled, Methods, Helpers, Virtuals, Statics>,
) => Compiled;

function compileAll(compile: CompileModel, prefix: string, methods: BoundIntegrationMethods): IntegrationModels {
  const base = pascalCase(prefix);
  const names = { integration: base, request: `${base}Request`, log: `${base}Log` };
  return {
    Integration: compile(names.integration, integrationSchema(`${prefix}s`, methods)),
    IntegrationRequest: compile(names.request, integrationRequestSchema(`${prefix}_requests`, names)),
    IntegrationLog: compile(names.log, integrationLogSchema(`${prefix}_logs`, names)),
    IntegrationMapping: compile(`${base}Mapping`, integrationMappingSchema(`${prefix}_mappings`, names)),
    IntegrationWebhook: compile(`${base}Webhook`, integrationWebhookSchema(`${prefix}_webhooks`, names)),
    IntegrationSyncItem: compile(`${base}SyncItem`, integrationSyncItemSchema(`${prefix}_sync_items`, names)),
    IntegrationSyncRun: compile(`${base}SyncRun`, integrationSyncRunSchema(`${prefix}_sync_runs`)),
    IntegrationSyncBatch: compile(`${base}SyncBatch`, integrationSyncBatchSchema(`${prefix}_sync_batches`)),
    IntegrationSyncEntity: compile(`${base}SyncEntity`, integrationSyncEntitySchema(`${prefix}_sync_entities`)),
    IntegrationIdempotencyKey: compile(
      `${base}IdempotencyKey`,
      integrationIdempotencyKeySchema(`${prefix}_idempotency_keys`),
    ),
    IntegrationIncident: compile(`${base}Incident`, integrationIncidentSchema(`${prefix}_incidents`)),
    IntegrationGate: compile(`${base}Gate`, integrationGateSchema(`${prefix}_gates`)),
    IntegrationResponse: compile(`${base}Response`, integrationResponseSchema(`${prefix}_responses`)),
    IntegrationOAuthFlow: compile(`${base}OAuthFlow`, integrationOAuthFlowSchema(`${prefix}_oauth_flows`)),
  };
}

function lifecycle(connection: Connection, models: IntegrationModels, names: string[]) {
  const all = Object.values<AnyModel>({ ...models });
  return {
    async install() {
      for (const model of all) await model.createIndexes();
    },
    async installUnique() {
      for (const model of all) await createUniqueIndexes(model);
    },
    remove() {
      // A repetition must not take off what another instance has put there since.
      for (const name of names.splice(0)) connection.deleteModel(name);
    },
  };
}

type AnyModel = IntegrationModels[keyof IntegrationModels];

async function createUniqueIndexes(model: AnyModel): Promise<void> {
  const unique = model.schema.indexes().filter(([, options]) => options.unique === true);
  if (unique.length === 0) return;
  await model.collection.createIndexes(
    unique.map(([keys, { partialFilterExpression }]) => ({
      key: new Map(Object.entries(keys).map(([path, direction]) => [path, direction === -1 ? -1 : 1])),
      unique: true,
      ...(partialFilterExpression && { partialFilterExpression }),
    })),
  );
}

/**
 * Compiling a schema applies the global plugins of its Mongoose, once. Compiling it on a pristine Mongoose first leaves
 * it with the built-in ones alone, so that a host's `mongoose.plugin()` cannot change how our documents are stored.
 */
function shieldFromGlobalPlugins<Fields, Compiled extends Model<Fields>, Methods, Helpers, Virtuals, Statics>(
  name: string,
  schema: Schema<Fields, Compiled, Methods, Helpers, Virtuals, Statics>,
): void {
  new Mongoose().model<Fields, Compiled, Helpers>(name, schema);
}

function pascalCase(prefix: string): string {
  return prefix.replace(/(?:^|[_-])([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}
