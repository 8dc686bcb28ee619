import type { ExternalId } from '../lib/types/external-id.js';
import type { FindOrphansOptions, Orphan } from '../lib/types/orphan.js';
import type { PolymorphicTarget } from '../lib/types/polymorphic.js';
import type { RecordAttributes, RecordDocument, RecordModel } from '../lib/types/record-model.js';
import type { SessionOption } from '../lib/types/session-option.js';
import type { IntegrationMappingDocument } from './integration-mapping.js';

/**
 * What an integration knows of the application's records: which of them stands for which external id. A mapping belongs
 * to the model that the record is a document of, of a discriminator to its base model; the same external id can stand
 * for a record of each model.
 *
 * Each rejects with an IntegrationError: `MAPPING_INVALID` for what is no external id or no model, `RECORD_INVALID` for
 * what is no record.
 */
export interface MappingMethods {
  /**
   * Claims the external id for the record; does nothing where the record has it already.
   *
   * @throws MappingAlreadyClaimedError when it stands for another record of the model, even for one that is gone.
   */
  mapExternalId(
    externalId: ExternalId,
    record: PolymorphicTarget,
    options?: SessionOption,
  ): Promise<IntegrationMappingDocument>;
  /** Makes the external id stand for the record, whatever it stood for before. */
  remapExternalId(
    externalId: ExternalId,
    record: PolymorphicTarget,
    options?: SessionOption,
  ): Promise<IntegrationMappingDocument>;
  /** The record that the external id stands for; null: it stands for none, or the record is gone. */
  resolveMapping<Document extends RecordDocument>(
    externalId: ExternalId,
    model: RecordModel<unknown, Document>,
    options?: SessionOption,
  ): Promise<Document | null>;
  /**
   * The records that the external ids stand for, by external id as text: each that was asked for is a key, with null
   * where there is no record. Two queries for up to 100,000 ids, two more for each further 100,000.
   */
  resolveMappings<Document extends RecordDocument>(
    externalIds: readonly ExternalId[],
    model: RecordModel<unknown, Document>,
    options?: SessionOption,
  ): Promise<Map<string, Document | null>>;
  /**
   * Creates the record that the external id stands for, or sets the attributes of the one that is there. Validation,
   * defaults and save hooks run. However many processes do it at once, there is one record and one mapping; what a
   * crash interrupts, the next call for the external id finishes.
   *
   * @throws Of the model what `save()` rejects with.
   * @throws MappingAlreadyClaimedError when the attributes have an `_id`, and the external id stands for another.
   * @throws IntegrationError `MAPPING_UNSETTLED` when others changed the record again and again; at once, when it is
   *   there but the model's own queries do not find it.
   */
  upsertByExternalId<Fields, Document extends RecordDocument>(
    externalId: ExternalId,
    model: RecordModel<Fields, Document>,
    attributes: RecordAttributes<Fields>,
    options?: SessionOption,
  ): Promise<Document>;
  /** The external id of the record; the oldest where it has several, null where it has none. */
  findExternalId(record: PolymorphicTarget, options?: SessionOption): Promise<string | null>;
  /**
   * Records of the model without a mapping of this integration, in the order of their ids; then mappings whose record
   * is gone, in the order of their external ids; of a discriminator, those of all records of its base model. A page
   * with fewer than `limit` is the last one.
   */
  findOrphans(model: RecordModel<unknown, RecordDocument>, options?: FindOrphansOptions): Promise<Orphan[]>;
}
