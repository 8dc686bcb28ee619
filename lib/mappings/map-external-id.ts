import type { IntegrationDocument } from '../../schemas/integration.js';
import type { IntegrationMappingDocument, IntegrationMappingModel } from '../../schemas/integration-mapping.js';
import type { SessionOption } from '../types/session-option.js';
import type { ExternalId } from '../types/external-id.js';
import type { PolymorphicTarget } from '../types/polymorphic.js';
import { normaliseExternalId } from './external-id.js';
import { alreadyClaimed, type MappingKey } from './mapping-key.js';
import { idKey, recordRef } from './record-ref.js';
import { claimMapping, repointMapping } from './write-mapping.js';

/** Claims the external id for the record: see `MappingMethods`. */
export async function mapExternalId(
  model: IntegrationMappingModel,
  integration: IntegrationDocument,
  externalId: ExternalId,
  record: PolymorphicTarget,
  options: SessionOption = {},
): Promise<IntegrationMappingDocument> {
  const { key, internalId } = readClaim(model, integration, externalId, record);
  const mapping = await claimMapping(model, key, internalId, options);
  if (idKey(mapping.internalId) !== idKey(internalId)) throw alreadyClaimed({ ...key, internalId: mapping.internalId });
  return mapping;
}

/** Makes the external id stand for the record: see `MappingMethods`. */
export async function remapExternalId(
  model: IntegrationMappingModel,
  integration: IntegrationDocument,
  externalId: ExternalId,
  record: PolymorphicTarget,
  options: SessionOption = {},
): Promise<IntegrationMappingDocument> {
  const { key, internalId } = readClaim(model, integration, externalId, record);
  return repointMapping(model, key, internalId, options);
}

function readClaim(
  model: IntegrationMappingModel,
  integration: IntegrationDocument,
  externalId: ExternalId,
  record: PolymorphicTarget,
): { readonly key: MappingKey; readonly internalId: unknown } {
  const { type, id } = recordRef(record, model.db);
  const key = { integrationId: integration._id, externalId: normaliseExternalId(externalId), internalType: type };
  return { key, internalId: id };
}
