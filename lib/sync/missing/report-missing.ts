import type { Types } from 'mongoose';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { IntegrationSyncEntityFields } from '../../../schemas/integration-sync-entity.js';
import type { IntegrationSyncRunFields } from '../../../schemas/integration-sync-run.js';
import type { IntegrationModels } from '../../../schemas/models.js';
import { durableWrite } from '../../durable-write.js';
import type { EventHub } from '../../event-hub.js';
import { primary } from '../../primary.js';
import type { LoggerLike } from '../../types/logger.js';
import type { MissingReport } from '../../types/missing-report.js';
import type { SyncSettings } from '../../types/sync-settings.js';
import { inGroups } from '../schedule/in-groups.js';
import { entityCollection, missingEntity, type EntityCollection } from './entity-collection.js';

/** A run that is over but for its last write, with the outcome that it will have. */
export type ReportingRun = Pick<
  IntegrationSyncRunFields,
  '_id' | 'integrationId' | 'mode' | 'listingError' | 'outcome' | 'createdAt'
>;

export interface MissingParts {
  readonly models: Pick<IntegrationModels, 'Integration' | 'IntegrationLog' | 'IntegrationSyncEntity'>;
  readonly events: Pick<EventHub, 'emit'>;
  readonly settings: Pick<SyncSettings, 'maxMissingShare'>;
  readonly logger: LoggerLike;
}

export interface ReportOptions {
  /** However large the share of what is missing is. */
  readonly force?: boolean;
}

const pageSize = 500;

/**
 * Marks what a full run did not see any more, and emits `syncItemMissing` for each. Refuses, and says so in the
 * operation log, where the run says nothing about what is there, or too much would be missing to be true. A repetition
 * goes on where the one before ended.
 */
export async function reportMissing(
  parts: MissingParts,
  run: ReportingRun,
  { force = false }: ReportOptions = {},
): Promise<MissingReport> {
  const entities = entityCollection(parts.models.IntegrationSyncEntity);
  const counts = await countMissing(entities, run);
  const refused = refusal(run, counts, force ? 1 : parts.settings.maxMissingShare);
  const reported = refused === null ? await markAll(parts, entities, run) : 0;
  const report = { ...counts, reported, refused };
  if (refused !== null) {
    const facts = { runId: run._id.toHexString(), integrationId: run.integrationId.toHexString(), ...report };
    parts.logger.warn('What a full sync did not find is not reported as missing.', facts);
  }
  await keep(parts, run, report);
  return report;
}

type Counts = Pick<MissingReport, 'known' | 'missing'>;

/** What is there as far as known, and what of it the run did not see. Later runs may have seen it since. */
const there = ({ integrationId }: ReportingRun) => ({ integrationId, missingSince: null });
const unseen = (run: ReportingRun) => ({ ...there(run), lastSeenAt: { $lt: run.createdAt } });

async function countMissing(entities: EntityCollection, run: ReportingRun): Promise<Counts> {
  const missing = await entities.countDocuments(unseen(run), primary);
  return { missing, known: missing === 0 ? 0 : await entities.countDocuments(there(run), primary) };
}

function refusal(run: ReportingRun, { known, missing }: Counts, maxShare: number): MissingReport['refused'] {
  const isFull = run.mode === 'full' && run.listingError === null;
  if (!isFull || (run.outcome !== 'success' && run.outcome !== 'partial')) return 'incomplete';
  return missing > known * maxShare ? 'tooMany' : null;
}

async function markAll(parts: MissingParts, entities: EntityCollection, run: ReportingRun): Promise<number> {
  const integration = await parts.models.Integration.findOne({ _id: run.integrationId }).read('primary');
  if (integration === null) return 0;
  for (let marked = 0; ;) {
    const page = await entities
      .find(unseen(run), { ...primary, projection: { _id: 1 } })
      .limit(pageSize)
      .toArray();
    await inGroups(page, async ({ _id }) => {
      if (await mark(parts, entities, { _id, run, integration })) marked += 1;
    });
    if (page.length < pageSize) return marked;
  }
}

interface Gone extends Pick<IntegrationSyncEntityFields, '_id'> {
  readonly run: ReportingRun;
  readonly integration: IntegrationDocument;
}

/** One by one, so that of two processes one tells of it. */
async function mark({ events }: MissingParts, entities: EntityCollection, { _id, run, integration }: Gone) {
  const stored = await entities.findOneAndUpdate(
    { _id, ...unseen(run) },
    [{ $set: { missingSince: '$$NOW', updatedAt: '$$NOW' } }],
    { ...durableWrite, returnDocument: 'after' },
  );
  const missingSince = stored?.missingSince ?? null;
  if (stored === null || missingSince === null) return false;
  const entity = missingEntity(stored, missingSince);
  events.emit('syncItemMissing', () => ({ integration, entity }));
  return true;
}

/** In the operation log, beside what else is known of the run. */
async function keep({ models }: MissingParts, { _id }: { readonly _id: Types.ObjectId }, report: MissingReport) {
  const isObject = { $eq: [{ $type: '$metadata' }, 'object'] };
  const metadata = {
    $mergeObjects: [{ $cond: [isObject, '$metadata', {}] }, { missing: { $literal: report } }],
  };
  await models.IntegrationLog.collection.updateOne({ _id }, [{ $set: { metadata, updatedAt: '$$NOW' } }], durableWrite);
}
