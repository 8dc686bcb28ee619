import type { IntegrationDocument } from '../../schemas/integration.js';
import type { IntegrationMappingModel } from '../../schemas/integration-mapping.js';
import type { SessionOption } from '../types/session-option.js';
import type { PolymorphicTarget } from '../types/polymorphic.js';
import { recordRef } from './record-ref.js';

/** The external id of the record, or null: see `MappingMethods`. */
export async function findExternalId(
  model: IntegrationMappingModel,
  integration: IntegrationDocument,
  record: PolymorphicTarget,
  { session = null }: SessionOption = {},
): Promise<string | null> {
  const { id, type } = recordRef(record, model.db);
  const mapping = await model
    .findOne({ integrationId: integration._id, internalType: type, internalId: { $eq: id } })
    .sort({ _id: 1 })
    .read('primary')
    .session(session)
    .lean();
  return mapping?.externalId ?? null;
}
