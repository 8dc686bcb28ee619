import { createJoinedReads } from './joined-reads.js';
import { unavailable, type CautiousAccess, type Unavailable } from './cautious-access.js';
import type { Claim, Lifetime, ReleaseChange, ResponseContent, ResponseQueries } from './response-queries.js';
import { storedResponse, type FetchState, type StoredResponse } from './stored-response.js';

/** The stored responses, as calls see them: where the database is away, there are none. Nothing here rejects. */
export interface ResponseStore {
  read(id: string): Promise<StoredResponse | null | Unavailable>;
  peek(id: string): Promise<FetchState | null | Unavailable>;
  claim(claim: Claim): Promise<FetchState | Unavailable>;
  renew(id: string, token: string): Promise<void>;
  store(id: string, token: string, content: ResponseContent, lifetime: Lifetime): Promise<boolean | Unavailable>;
  release(id: string, token: string, change: ReleaseChange): Promise<void>;
}

export function createResponseStore(queries: ResponseQueries, access: CautiousAccess): ResponseStore {
  return {
    read: createJoinedReads(async (id) => {
      const reply = await access(() => queries.read(id));
      return reply === unavailable ? unavailable : storedResponse(reply);
    }),
    peek: (id) => access(() => queries.peek(id)),
    claim: (claim) => access(() => queries.claim(claim)),
    async renew(id, token) {
      await access(() => queries.renew(id, token));
    },
    store: (id, token, content, lifetime) => access(() => queries.store(id, token, content, lifetime)),
    async release(id, token, change) {
      await access(() => queries.release(id, token, change));
    },
  };
}
