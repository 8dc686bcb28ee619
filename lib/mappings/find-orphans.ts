import { trusted, type QueryFilter } from 'mongoose';
import type { IntegrationDocument } from '../../schemas/integration.js';
import type { IntegrationMappingFields, IntegrationMappingModel } from '../../schemas/integration-mapping.js';
import { IntegrationError } from '../errors.js';
import type { DanglingMapping, FindOrphansOptions, Orphan, OrphanCursor, UnmappedRecord } from '../types/orphan.js';
import type { RecordDocument, RecordModel } from '../types/record-model.js';
import { castIdOrNull, checkModel, idKey, recordType } from './record-ref.js';
import { storedIds } from './stored-records.js';

const CHUNK = 1_000;
const MAX_LIMIT = 1_000;

interface Scan {
  readonly mappings: IntegrationMappingModel;
  readonly integration: IntegrationDocument;
  readonly model: RecordModel<unknown, RecordDocument>;
}

/** Records without a mapping, then mappings without a record: see `MappingMethods`. */
export async function findOrphans(
  scan: Scan,
  { limit = 100, after = null }: FindOrphansOptions = {},
): Promise<Orphan[]> {
  checkModel(scan.model);
  checkLimit(limit);
  const orphans: Orphan[] = [];
  for await (const orphan of orphansAfter(scan, readCursor(scan, after))) {
    orphans.push(orphan);
    if (orphans.length === limit) break;
  }
  return orphans;
}

function checkLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return;
  throw new IntegrationError('MAPPING_INVALID', `limit is a whole number from 1 to ${MAX_LIMIT}.`);
}

/** The id in it as the model has it: in JSON it is a text, and could be a query operator. */
function readCursor({ model }: Scan, after: OrphanCursor | null): OrphanCursor | null {
  if (after === null) return null;
  if (after.kind === 'mapping' && typeof after.externalId === 'string') return after;
  const recordId = after.kind === 'record' ? castIdOrNull(model, after.recordId) : null;
  if (recordId !== null && recordId !== undefined) return { kind: 'record', recordId };
  throw new IntegrationError('MAPPING_INVALID', 'after is the last orphan of the page before.');
}

async function* orphansAfter(scan: Scan, after: OrphanCursor | null): AsyncGenerator<Orphan> {
  if (after?.kind !== 'mapping') yield* unmappedRecords(scan, after?.recordId);
  yield* danglingMappings(scan, after?.kind === 'mapping' ? after.externalId : '');
}

/** In the order of their ids, each chunk read before its mappings: a record is never there before its mapping. */
async function* unmappedRecords({ model, ...scan }: Scan, after: unknown): AsyncGenerator<UnmappedRecord> {
  for (let last = after; ;) {
    const ids = await recordIds(model, last === undefined ? {} : { _id: trusted({ $gt: last }) });
    const mapped = await mappedIds({ model, ...scan }, ids);
    for (const recordId of ids) if (!mapped.has(idKey(recordId))) yield { kind: 'record', recordId };
    if (ids.length < CHUNK) return;
    last = ids.at(-1);
  }
}

/** Keys of those ids that a mapping of the integration leads to. */
async function mappedIds({ mappings, integration, model }: Scan, ids: readonly unknown[]): Promise<Set<string>> {
  const mapped = await mappings
    .find({ integrationId: integration._id, internalType: recordType(model), internalId: trusted({ $in: ids }) })
    .select({ _id: 0, internalId: 1 })
    .read('primary')
    .batchSize(CHUNK + 1)
    .lean();
  return new Set(mapped.map(({ internalId }) => idKey(castIdOrNull(model, internalId))));
}

/** In the order of their external ids. */
async function* danglingMappings(scan: Scan, after: string): AsyncGenerator<DanglingMapping> {
  const { mappings, integration, model } = scan;
  for (let last = after; ;) {
    const filter: QueryFilter<IntegrationMappingFields> = {
      integrationId: integration._id,
      externalId: trusted({ $gt: last }),
      internalType: recordType(model),
    };
    const chunk = await mappings
      .find(filter)
      .sort({ externalId: 1 })
      .limit(CHUNK)
      .batchSize(CHUNK + 1)
      .read('primary')
      .lean();
    if (chunk.length === 0) return;
    const rows = chunk.map((row) => ({ ...row, recordId: castIdOrNull(model, row.internalId) }));
    const ids = rows.map(({ recordId }) => recordId);
    const keys = new Set((await storedIds(model, ids)).map(idKey));
    for (const { _id, externalId, internalId, recordId } of rows) {
      if (keys.has(idKey(recordId))) continue;
      yield { kind: 'mapping', mappingId: _id, externalId, recordId: internalId };
    }
    if (chunk.length < CHUNK) return;
    last = chunk.at(-1)?.externalId ?? last;
  }
}

/** Ids of a chunk of the records that fit the filter, in their order. */
async function recordIds(model: Scan['model'], filter: object): Promise<unknown[]> {
  const query = model
    .find(filter)
    .sort('_id')
    .limit(CHUNK)
    .batchSize(CHUNK + 1)
    .read('primary');
  query.select('_id');
  const records = await query.exec();
  return records.map(({ _id }) => _id);
}
