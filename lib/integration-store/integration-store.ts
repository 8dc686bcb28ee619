import type { IntegrationDocument } from '../../schemas/integration.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import { createIntegration, type CreateIntegrationInput } from './create-integration.js';
import { deleteIntegration, type DeletionResult } from './delete-integration.js';
import { disableIntegration } from './disable-integration.js';
import { enableIntegration } from './enable-integration.js';
import { findIntegration, findIntegrationOrFail, type IntegrationLookup } from './find-integration.js';
import { listIntegrations, type ListIntegrationsInput } from './list-integrations.js';
import type { StoreDependencies } from './store-dependencies.js';
import { updateIntegration, type UpdateIntegrationInput } from './update-integration.js';
import type { SessionOption } from '../types/session-option.js';

/** Creates, finds, changes and deletes integrations. Each function's own file says what it promises and raises. */
export interface IntegrationStore {
  create(input: CreateIntegrationInput, options?: SessionOption): Promise<IntegrationDocument>;
  find(lookup: IntegrationLookup, options?: SessionOption): Promise<IntegrationDocument | null>;
  findOrFail(lookup: IntegrationLookup, options?: SessionOption): Promise<IntegrationDocument>;
  list(input?: ListIntegrationsInput, options?: SessionOption): Promise<IntegrationDocument[]>;
  update(target: IdOrDocument, input: UpdateIntegrationInput, options?: SessionOption): Promise<IntegrationDocument>;
  enable(target: IdOrDocument, options?: SessionOption): Promise<IntegrationDocument>;
  disable(target: IdOrDocument, options?: SessionOption): Promise<IntegrationDocument>;
  delete(target: IdOrDocument): Promise<DeletionResult>;
}

export function createIntegrationStore(dependencies: StoreDependencies): IntegrationStore {
  return {
    create: (input, options) => createIntegration(dependencies, input, options),
    find: (lookup, options) => findIntegration(dependencies, lookup, options),
    findOrFail: (lookup, options) => findIntegrationOrFail(dependencies, lookup, options),
    list: (input, options) => listIntegrations(dependencies, input, options),
    update: (target, input, options) => updateIntegration(dependencies, target, input, options),
    enable: (target, options) => enableIntegration(dependencies, target, options),
    disable: (target, options) => disableIntegration(dependencies, target, options),
    delete: (target, options?: SessionOption) => deleteIntegration(dependencies, target, options),
  };
}
