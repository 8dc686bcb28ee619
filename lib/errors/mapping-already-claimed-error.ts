import { IntegrationError } from './integration-error.js';

export interface MappingAlreadyClaimedFacts {
  readonly integrationId: string;
  readonly externalId: string;
  /** Model name of the record. */
  readonly internalType: string;
  /** The record that the external id stands for. It may be gone. */
  readonly internalId: unknown;
}

/** The external id stands for another record of that model. */
export class MappingAlreadyClaimedError extends IntegrationError<'MAPPING_ALREADY_CLAIMED'> {
  override readonly name = 'MappingAlreadyClaimedError';
  readonly integrationId: string;
  readonly externalId: string;
  readonly internalType: string;
  readonly internalId: unknown;

  constructor(facts: MappingAlreadyClaimedFacts) {
    super('MAPPING_ALREADY_CLAIMED', `The external id stands for another ${facts.internalType} already.`, {
      details: { ...facts },
    });
    this.integrationId = facts.integrationId;
    this.externalId = facts.externalId;
    this.internalType = facts.internalType;
    this.internalId = facts.internalId;
  }
}
