/** What applications ask of the store of integrations; part of the public entry. */
export type { CreateIntegrationInput } from './create-integration.js';
export type { DeletionResult } from './delete-integration.js';
export type { IntegrationFilter, IntegrationLookup } from './find-integration.js';
export type { ListIntegrationsInput } from './list-integrations.js';
export type { UpdateIntegrationInput } from './update-integration.js';
