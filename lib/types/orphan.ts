import type { Types } from 'mongoose';

/** A record of the model that has no mapping of the integration. */
export interface UnmappedRecord {
  readonly kind: 'record';
  readonly recordId: unknown;
}

/** A mapping whose record is gone, or was never written because a process died. */
export interface DanglingMapping {
  readonly kind: 'mapping';
  readonly mappingId: Types.ObjectId;
  readonly externalId: string;
  readonly recordId: unknown;
}

/** What has lost its counterpart. */
export type Orphan = UnmappedRecord | DanglingMapping;

/** Where a page of orphans begins. */
export type OrphanCursor = Pick<UnmappedRecord, 'kind' | 'recordId'> | Pick<DanglingMapping, 'kind' | 'externalId'>;

export interface FindOrphansOptions {
  /** Orphans at most, 1 to 1000; default: 100. */
  readonly limit?: number;
  /** The last orphan of the page before; default: from the beginning. What has gone through JSON will do. */
  readonly after?: OrphanCursor | null;
}
