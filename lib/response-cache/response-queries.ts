import type { Collection, Types } from 'mongoose';
import type {
  IntegrationResponseFields,
  IntegrationResponseModel,
  StoredValidators,
} from '../../schemas/integration-response.js';
import { despiteOthers } from '../failures/despite-others.js';
import { fromNow } from '../from-now.js';
import type { CacheTtl } from '../types/request-builder.js';
import { dayMs } from '../time-units.js';
import { driverCollection } from '../driver-collection.js';
import type { FetchState, ResponseReply } from './stored-response.js';

export type ResponseCollection = Collection<IntegrationResponseFields>;

/** Responses are changed by atomic updates that Mongoose has no part in. */
export function responseCollection(model: IntegrationResponseModel): ResponseCollection {
  return driverCollection<IntegrationResponseFields>(model);
}

/** A wish to fetch a response. */
export interface Claim {
  readonly id: string;
  readonly integrationId: Types.ObjectId;
  readonly endpoint: string;
  readonly tags: readonly string[];
  /** Made by the claimer, a new one each time. */
  readonly token: string;
  /** What the claimer has seen: where it is another response by now, nothing is claimed. */
  readonly storedAt: Date | null;
}

/** Until when a response is kept. */
export interface Lifetime {
  readonly ttl: CacheTtl;
  /** How long after that it may still be of use. */
  readonly keepMs: number;
}

/** What a response is made of; what is absent stays as it is. */
export interface ResponseContent {
  readonly validators: StoredValidators | null;
  readonly payload?: Buffer | null;
  readonly sealedPayload?: string | null;
  readonly requestId?: Types.ObjectId;
  readonly tags?: readonly string[];
}

/** What a fetch that brought nothing leaves behind. */
export interface ReleaseChange {
  /** The response is not asked for again by these. */
  readonly validators?: null;
}

/** The operations on stored responses: each is atomic, and goes by the server's clock. */
export interface ResponseQueries {
  read(id: string): Promise<ResponseReply | null>;
  /** The same without the response itself. */
  peek(id: string): Promise<FetchState | null>;
  /** The fetch is the claimer's if it bears the token afterwards; it does not where another one is under way. */
  claim(claim: Claim): Promise<FetchState>;
  /** Shows that the fetch is still under way. */
  renew(id: string, token: string): Promise<void>;
  /** Keeps what was fetched. False where it has been forgotten since, or another one has taken over. */
  store(id: string, token: string, content: ResponseContent, lifetime: Lifetime): Promise<boolean>;
  /** Ends a fetch that brought nothing. */
  release(id: string, token: string, change: ReleaseChange): Promise<void>;
}

/** How long others wait for the sign of life of a fetcher. */
const leaseMs = 5_000;
/** Before that, nothing is deleted that somebody fetches. */
const abandonedMs = 60_000;
/** Longer ones would lead beyond the dates that MongoDB knows. */
const longestTtlMs = 100 * 365 * dayMs;

const writeConcern = { w: 1 } as const;
const fetchProjection = { storedAt: 1, fetcher: 1, fetchUntil: 1, serverTime: '$$NOW' } as const;
const fullProjection = {
  ...fetchProjection,
  payload: 1,
  sealedPayload: 1,
  validators: 1,
  requestId: 1,
  freshUntil: 1,
} as const;
const held = { fetchUntil: fromNow(leaseMs), expireAt: { $max: ['$expireAt', fromNow(abandonedMs)] } };

export function createResponseQueries(collection: ResponseCollection): ResponseQueries {
  const fetchedBy = (_id: string, fetcher: string) => ({ _id, fetcher });

  return {
    read: (_id) =>
      collection.findOne<ResponseReply>(
        { _id },
        { projection: fullProjection, readPreference: 'primary', promoteBuffers: true },
      ),
    peek: (_id) => collection.findOne<FetchState>({ _id }, { projection: fetchProjection, readPreference: 'primary' }),
    claim(claim) {
      const options = { upsert: true, returnDocument: 'after', writeConcern, projection: fetchProjection } as const;
      // With `upsert` there always is one; the projection says what it is like.
      const write = () =>
        collection.findOneAndUpdate(
          { _id: claim.id },
          claimed(claim),
          options,
        ) as Promise<unknown> as Promise<FetchState>;
      // Two processes may make the same document at once: who loses finds it there.
      return despiteOthers(write);
    },
    async renew(id, token) {
      await collection.updateOne(fetchedBy(id, token), [{ $set: held }], { writeConcern });
    },
    async store(id, token, content, lifetime) {
      const { matchedCount } = await collection.updateOne(fetchedBy(id, token), stored(content, lifetime), {
        writeConcern,
      });
      return matchedCount === 1;
    },
    async release(id, token, change) {
      await collection.updateOne(fetchedBy(id, token), { $set: { fetchUntil: null, ...change } }, { writeConcern });
    },
  };
}

const blank = {
  payload: null,
  sealedPayload: null,
  validators: null,
  requestId: null,
  storedAt: null,
  freshUntil: null,
  fetcher: null,
  fetchUntil: null,
};

function claimed({ integrationId, endpoint, tags, token, storedAt }: Claim): object[] {
  const isUnderWay = { $gt: ['$fetchUntil', '$$NOW'] };
  const isOurs = { $eq: ['$fetcher', { $literal: token }] };
  const isAsSeen = { $eq: [{ $ifNull: ['$storedAt', null] }, storedAt] };
  const mayClaim = { $and: [isAsSeen, { $or: [{ $not: [isUnderWay] }, isOurs] }] };
  const belongs = { integrationId, endpoint, tags: [...tags] };
  return [
    {
      $replaceWith: {
        $mergeObjects: [
          { $literal: { ...blank, ...belongs } },
          { expireAt: fromNow(abandonedMs) },
          '$$ROOT',
          { $cond: [mayClaim, { fetcher: { $literal: token }, ...held }, {}] },
        ],
      },
    },
  ];
}

/** The token stays: where fetchers do not wait for each other, several of them have the same. */
function stored(content: ResponseContent, { ttl, keepMs }: Lifetime): object[] {
  const fields = Object.entries<unknown>({ ...content }).map(([name, value]) => [name, { $literal: value }] as const);
  const freshUntil = ttl instanceof Date ? ttl : fromNow(Math.min(ttl * 1_000, longestTtlMs));
  return [
    { $set: { ...Object.fromEntries<object>(fields), storedAt: '$$NOW', freshUntil, fetchUntil: null } },
    { $set: { expireAt: { $add: ['$freshUntil', Math.min(keepMs, longestTtlMs)] } } },
  ];
}
