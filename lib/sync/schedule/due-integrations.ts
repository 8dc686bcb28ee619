import type { mongo, Types } from 'mongoose';
import type { IntegrationFields, IntegrationModel } from '../../../schemas/integration.js';
import { durableWrite } from '../../durable-write.js';
import { integrationCollection } from '../../integration-store/integration-collection.js';
import { primary } from '../../primary.js';
import type { OwnSchedule } from './schedule-of.js';

/** What is looked at of an integration that is due. */
export type DueIntegration = OwnSchedule &
  Pick<IntegrationFields, '_id' | 'provider' | 'name' | 'nextSyncAt' | 'consecutiveSyncFailures' | 'healthStatus'>;

/** Which integrations are due: those of a provider, a page at a time. */
export interface DueQuestion {
  readonly provider: string;
  /** Whether integrations without a schedule of their own have one. */
  readonly hasDefault: boolean;
  readonly now: Date;
}

/** The queries behind the schedule. */
export interface DueIntegrations {
  /** By the clock of the database, which all dates are compared with. */
  serverTime(): Promise<Date>;
  /** The first that are due, from the longest on, for each way to be due; a limit of 0: all. */
  pages(question: DueQuestion, limit: number): readonly (() => Promise<Types.ObjectId[]>)[];
  /** The integration as it is now; null where it is not due any more. */
  read(id: Types.ObjectId, now: Date): Promise<DueIntegration | null>;
  /** Moves `nextSyncAt` from what was seen to what it is to be; false: somebody else has moved it. */
  move(seen: Pick<DueIntegration, '_id' | 'nextSyncAt'>, to: Date | null): Promise<boolean>;
}

const projection = {
  provider: 1,
  name: 1,
  nextSyncAt: 1,
  syncCron: 1,
  syncTimeZone: 1,
  syncIntervalMinutes: 1,
  consecutiveSyncFailures: 1,
  healthStatus: 1,
} as const;

export function createDueIntegrations(model: IntegrationModel): DueIntegrations {
  const collection = integrationCollection(model);
  return {
    async serverTime() {
      const reply = await model.db.db?.command({ hello: 1 });
      const now: unknown = reply?.localTime;
      if (!(now instanceof Date)) throw new Error('The server did not say what time it is.');
      return now;
    },
    pages: (question, limit) =>
      dueFilters(question).map((filter) => async () => {
        const options = { ...primary, projection: { _id: 1 } } as const;
        const page = await collection.find(filter, options).sort({ nextSyncAt: 1 }).limit(limit).toArray();
        return page.map(({ _id }) => _id);
      }),
    read: (_id, now) =>
      collection.findOne<DueIntegration>(
        { _id, isActive: true, syncPausedAt: null, $or: [{ nextSyncAt: null }, { nextSyncAt: { $lte: now } }] },
        { ...primary, projection },
      ),
    async move({ _id, nextSyncAt }, to) {
      const change = [{ $set: { nextSyncAt: to, updatedAt: '$$NOW' } }];
      const { matchedCount } = await collection.updateOne(
        { _id, nextSyncAt: nextSyncAt ?? null },
        change,
        durableWrite,
      );
      return matchedCount === 1;
    },
  };
}

/**
 * Each is an interval of the index, so that what has no schedule is not looked at: most integrations of a provider that
 * has no default, for instance.
 */
function dueFilters({ provider, hasDefault, now }: DueQuestion): mongo.Filter<IntegrationFields>[] {
  const working = { provider, isActive: true, syncPausedAt: null };
  const isNew = { ...working, nextSyncAt: null };
  const withOwnSchedule = [
    { ...isNew, syncIntervalMinutes: { $gt: 0 } },
    { ...isNew, syncIntervalMinutes: null, syncCron: { $gt: '' } },
  ];
  return [...(hasDefault ? [isNew] : withOwnSchedule), { ...working, nextSyncAt: { $lte: now } }];
}
