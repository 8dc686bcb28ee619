import type { Types } from 'mongoose';
import type { IntegrationFields } from '../../../schemas/integration.js';
import { sealedWith } from '../../credentials/sealed-with.js';
import { durableWrite } from '../../durable-write.js';
import type { IntegrationCollection } from '../../integration-store/integration-collection.js';
import { primary } from '../../primary.js';

/** The stored state that a connection replaces, as it was read. */
export type ConnectionRow = IntegrationFields;

/** What a user has connected. */
export interface NewConnection {
  /** Sealed. */
  readonly tokens: string;
  readonly tokenExpiresAt: Date | null;
  readonly tokenRefreshAt: Date | null;
  readonly grantedScopes: readonly string[] | null;
  readonly connectedAccount: string | null;
  /** What was read is of another account: syncs begin anew, and those under way are of no use. */
  readonly isOtherAccount: boolean;
}

/** The writes that begin and end connections: each is one atomic operation on what was read, and lasts. */
export interface ConnectionQueries {
  read(_id: Types.ObjectId): Promise<ConnectionRow | null>;
  /** Null: a sealed field, or the status, has changed meanwhile. */
  connect(read: ConnectionRow, connection: NewConnection): Promise<ConnectionRow | null>;
  /** Null, as above. */
  disconnect(read: ConnectionRow): Promise<ConnectionRow | null>;
}

const after = { ...durableWrite, returnDocument: 'after' } as const;

export function createConnectionQueries(collection: IntegrationCollection): ConnectionQueries {
  return {
    read: (_id) => collection.findOne({ _id }, primary),
    connect(read, { tokens, grantedScopes, connectedAccount, isOtherAccount, ...times }) {
      const connected = {
        ...sealed(read, tokens),
        ...times,
        authStatus: 'connected',
        grantedScopes: { $literal: grantedScopes },
        connectedAccount: { $literal: connectedAccount },
        ...(isOtherAccount && { syncCursor: null, nextSyncAt: null, accountChangedAt: '$$NOW' }),
      };
      return collection.findOneAndUpdate(unchanged(read), [{ $set: connected }], after);
    },
    disconnect(read) {
      const revoked = {
        ...sealed(read, null),
        ...{ authStatus: 'revoked', tokenExpiresAt: null, tokenRefreshAt: null, grantedScopes: null },
      };
      return collection.findOneAndUpdate(unchanged(read), [{ $set: revoked }], after);
    },
  };
}

/** With both ciphertexts, because key rotation replaces them without a new version. */
function unchanged({ _id, credentialVersion, credentials, tokens, authStatus }: ConnectionRow) {
  return { _id, credentialVersion, credentials, tokens, authStatus };
}

/** Nothing of what was connected before stays: neither its tokens nor what was known of them. */
function sealed({ credentials, credentialVersion }: ConnectionRow, tokens: string | null) {
  return {
    ...{ tokens, sealedWith: sealedWith(credentials, tokens), credentialVersion: credentialVersion + 1 },
    ...{ tokenRefresh: null, grantEndedAt: null, authenticatedUser: null, updatedAt: '$$NOW' },
  };
}
