import type { Types } from 'mongoose';
import { MappingAlreadyClaimedError } from '../errors.js';

/** What is unique: at most one mapping has it. */
export interface MappingKey {
  readonly integrationId: Types.ObjectId;
  readonly externalId: string;
  readonly internalType: string;
}

export function alreadyClaimed({ integrationId, ...facts }: MappingKey & { readonly internalId: unknown }) {
  return new MappingAlreadyClaimedError({ ...facts, integrationId: integrationId.toHexString() });
}
