import { trusted } from 'mongoose';
import type { IntegrationSyncItemDocument } from '../../../schemas/integration-sync-item.js';
import type { IntegrationSyncRunDocument } from '../../../schemas/integration-sync-run.js';
import type { IntegrationModels } from '../../../schemas/models.js';
import { isDate } from '../../../schemas/partial-filters.js';
import { integrationId, integrationNotFound } from '../../integration-store/integration-id.js';
import { primary } from '../../primary.js';
import type { MissingEntity } from '../../types/missing-entity.js';
import type { IdOrDocument } from '../../types/polymorphic.js';
import { entityCollection, missingEntity } from '../missing/entity-collection.js';
import { runNotFound } from '../runs/progress.js';
import { runIdOf } from './ids.js';
import { checkedPage, type PageOptions } from './page.js';

type Models = Pick<IntegrationModels, 'IntegrationSyncItem' | 'IntegrationSyncRun' | 'IntegrationSyncEntity'>;

/** Failed items, in the order in which they were listed; null: of all integrations. */
export async function failedItems(
  { IntegrationSyncItem }: Models,
  target: IdOrDocument | null,
  options: PageOptions,
): Promise<IntegrationSyncItemDocument[]> {
  const { limit, after } = checkedPage(options);
  const query = IntegrationSyncItem.find({ status: 'failed' });
  if (target !== null) query.where({ integrationId: idOf(target) });
  // Trusted: the host may have Mongoose neutralise operators in all filters.
  if (after !== null) query.where({ _id: trusted({ $gt: after }) });
  return query.sort({ _id: 1 }).limit(limit).read('primary');
}

/** The runs of an integration, the newest first. */
export async function listRuns(
  { IntegrationSyncRun }: Models,
  target: IdOrDocument,
  options: PageOptions,
): Promise<IntegrationSyncRunDocument[]> {
  const { limit, after } = checkedPage(options);
  const query = IntegrationSyncRun.find({ integrationId: idOf(target) });
  if (after !== null) query.where({ _id: trusted({ $lt: after }) });
  return query.sort({ _id: -1 }).limit(limit).read('primary');
}

/** @throws IntegrationError `SYNC_RUN_NOT_FOUND` */
export async function findRun(
  { IntegrationSyncRun }: Models,
  target: IdOrDocument,
): Promise<IntegrationSyncRunDocument> {
  const _id = runIdOf(target);
  const run = await IntegrationSyncRun.findOne({ _id }).read('primary');
  if (run === null) throw runNotFound(_id);
  return run;
}

/** What full runs have not found any more, in the order in which it was first seen. */
export async function missingEntities(
  { IntegrationSyncEntity }: Models,
  target: IdOrDocument,
  options: PageOptions,
): Promise<MissingEntity[]> {
  const { limit, after } = checkedPage(options);
  const found = await entityCollection(IntegrationSyncEntity)
    .find(
      { integrationId: idOf(target), missingSince: isDate, ...(after !== null && { _id: { $gt: after } }) },
      primary,
    )
    .sort({ _id: 1 })
    .limit(limit)
    .toArray();
  return found.flatMap((entity) => (entity.missingSince === null ? [] : missingEntity(entity, entity.missingSince)));
}

function idOf(target: IdOrDocument) {
  const id = integrationId(target);
  if (id === null) throw integrationNotFound(target);
  return id;
}
