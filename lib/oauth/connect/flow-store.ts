import type { Collection, Types } from 'mongoose';
import type { IntegrationOAuthFlowFields, IntegrationOAuthFlowModel } from '../../../schemas/integration-oauth-flow.js';
import { durableWrite } from '../../durable-write.js';
import { fromNow } from '../../from-now.js';
import { driverCollection } from '../../driver-collection.js';

/** A connection that somebody has begun. */
export type OAuthFlow = IntegrationOAuthFlowFields;

/** What an error tells of a flow. */
export interface FlowFacts extends Readonly<Record<string, unknown>> {
  readonly integrationId: string;
  readonly provider: string;
  readonly returnTo: string | null;
}

export function flowFacts({ integrationId, provider, returnTo }: OAuthFlow): FlowFacts {
  return { integrationId: integrationId.toHexString(), provider, returnTo };
}

/** Keeps the connections that were begun, until somebody comes back, once. */
export interface FlowStore {
  /** Lasting, so that no failover loses what a user is about to come back with. */
  begin(flow: Omit<OAuthFlow, 'createdAt' | 'expiresAt'>): Promise<void>;
  /**
   * Takes it: of all that ask for it, in whatever processes, one gets it; no failover brings it back. Null: it is
   * unknown, has expired, or was taken.
   */
  consume(_id: string): Promise<OAuthFlow | null>;
  /** Ends those of an integration. */
  cancel(integrationId: Types.ObjectId): Promise<void>;
}

export function createFlowStore(model: IntegrationOAuthFlowModel, lifeMs: number): FlowStore {
  const flows: Collection<OAuthFlow> = driverCollection<OAuthFlow>(model);
  // By the server's clock, whichever process begins it and whichever ends it.
  const times = { createdAt: '$$NOW', expiresAt: fromNow(lifeMs) };
  return {
    async begin(flow) {
      const begun = [{ $replaceWith: { $mergeObjects: [{ $literal: flow }, times] } }];
      await flows.updateOne({ _id: flow._id }, begun, { ...durableWrite, upsert: true });
    },
    consume: (_id) => flows.findOneAndDelete({ _id, $expr: { $gt: ['$expiresAt', '$$NOW'] } }, durableWrite),
    async cancel(integrationId) {
      await flows.deleteMany({ integrationId }, durableWrite);
    },
  };
}
