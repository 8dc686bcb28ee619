import type { IdOrDocument } from '../types/polymorphic.js';

/** Which remembered responses are meant: those of an endpoint, those with a tag, those with both; neither: all. */
export interface InvalidationInput {
  readonly endpoint?: string;
  readonly tag?: string;
}

/** What the application can ask of the response cache. */
export interface CacheService {
  /**
   * Forgets responses, in all processes at once; what is being fetched meanwhile is not remembered. Gives how many were
   * forgotten.
   *
   * @throws IntegrationError `INTEGRATION_NOT_FOUND`
   */
  invalidate(target: IdOrDocument, what?: InvalidationInput): Promise<number>;
}
