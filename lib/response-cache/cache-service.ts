import type { Types } from 'mongoose';
import type { IntegrationModels } from '../../schemas/models.js';
import { durableWrite } from '../durable-write.js';
import { IntegrationError } from '../errors.js';
import { storedIntegration } from '../integration-store/integration-document.js';
import { primary } from '../primary.js';
import { endpointPattern } from '../requests/endpoint-pattern.js';
import type { IdOrDocument } from '../types/polymorphic.js';
import type { Flights } from './flights.js';
import type { ResponseCollection } from './response-queries.js';

/** Which remembered responses are meant: those of an endpoint, those with a tag, those with both; neither: all. */
export interface InvalidationInput {
  /** `*` stands for any characters within a segment of the path, `**` for any at all. */
  readonly endpoint?: string;
  readonly tag?: string;
}

/** What the application can ask of the response cache. */
export interface CacheService {
  /**
   * Forgets responses, in all processes at once; what is being fetched meanwhile is not remembered. Gives how many were
   * forgotten.
   *
   * @throws IntegrationError `INTEGRATION_NOT_FOUND`, `OPTIONS_INVALID` for an endpoint or tag that is no string.
   */
  invalidate(target: IdOrDocument, what?: InvalidationInput): Promise<number>;
}

export interface CacheServiceParts {
  readonly models: Pick<IntegrationModels, 'Integration'>;
  readonly collection: ResponseCollection;
  readonly flights: Flights;
}

export function createCacheService({ models, collection, flights }: CacheServiceParts): CacheService {
  /** The exact endpoints that a pattern means. One that appears after this was asked for after this. */
  async function endpointsLike(integrationId: Types.ObjectId, pattern: string): Promise<string[]> {
    const all: unknown[] = await collection.distinct('endpoint', { integrationId }, primary);
    const matches = endpointPattern(pattern);
    return all.filter((endpoint): endpoint is string => typeof endpoint === 'string' && matches(endpoint));
  }

  async function selection(integrationId: Types.ObjectId, { endpoint, tag }: InvalidationInput) {
    return {
      integrationId,
      ...(tag !== undefined && { tags: tag }),
      ...(endpoint !== undefined && {
        endpoint: endpoint.includes('*') ? { $in: await endpointsLike(integrationId, endpoint) } : endpoint,
      }),
    };
  }

  return {
    async invalidate(target, what = {}) {
      checkInput(what);
      const { _id, id } = await storedIntegration(models.Integration, target);
      const selected = await selection(_id, what);
      const forgotten = await collection.deleteMany({ ...selected, storedAt: { $ne: null } }, durableWrite);
      // What is being fetched for the first time, and was stored since.
      await collection.deleteMany(selected, durableWrite);
      flights.abandon(id);
      return forgotten.deletedCount;
    },
  };
}

/** Anything else would be a query of the caller's making. */
function checkInput(what: InvalidationInput): void {
  for (const name of ['endpoint', 'tag'] as const) {
    const value: unknown = what[name];
    if (value === undefined || typeof value === 'string') continue;
    throw new IntegrationError('OPTIONS_INVALID', `${name} must be a string, got ${typeof value}.`);
  }
}
