import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { IntegrationSyncItemDocument, IntegrationSyncItemFields } from '../../../schemas/integration-sync-item.js';
import type { SyncAttempt } from '../../context.js';
import type { SyncItemInput } from '../item-listeners.js';

/** What all items of a batch have in common. */
export interface ItemInputParts {
  readonly integration: IntegrationDocument;
  readonly hydrate: (item: IntegrationSyncItemFields) => IntegrationSyncItemDocument;
}

/** What listeners get. The document and the signal are made for who asks for them: most do not. */
export class ItemInput implements SyncItemInput {
  readonly payload: unknown;
  readonly integration: IntegrationDocument;
  readonly externalId: string | null;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly #facts: SyncAttempt;
  readonly #fields: IntegrationSyncItemFields;
  readonly #hydrate: ItemInputParts['hydrate'];
  #item: IntegrationSyncItemDocument | null = null;

  constructor(
    { integration, hydrate }: ItemInputParts,
    fields: IntegrationSyncItemFields,
    given: { readonly facts: SyncAttempt; readonly payload: unknown },
  ) {
    this.payload = given.payload;
    this.integration = integration;
    this.externalId = fields.externalId;
    this.attempt = given.facts.attempt;
    this.maxAttempts = given.facts.maxAttempts;
    this.#facts = given.facts;
    this.#fields = fields;
    this.#hydrate = hydrate;
  }

  get item(): IntegrationSyncItemDocument {
    this.#item ??= this.#hydrate(this.#fields);
    return this.#item;
  }

  get signal(): AbortSignal {
    return this.#facts.signal;
  }
}
