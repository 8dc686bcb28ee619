import { hkdfSync } from 'node:crypto';
import { jwtVerify, SignJWT, type JWTHeaderParameters } from 'jose';
import type { KeyRing, RingKey } from '../../credentials/key-ring.js';

/** Signs the id of a flow into its `state`, and reads it out again. */
export interface StateTokens {
  sign(flowId: string): Promise<string>;
  /** The id; null for what this instance has not signed. */
  read(state: string): Promise<string | null>;
}

const algorithm = 'HS256';
/** So that no other token that is signed by such a key passes for one (RFC 8725, section 3.11). */
const typ = 'oauth-state+jwt';
const longestState = 1_024;

/**
 * The `state` is a JWT that holds nothing but an id: what it stands for, and until when, stands in the database, by
 * whose clock it expires. The signature keeps what was made up away from there.
 */
export function createStateTokens(keyRing: KeyRing): StateTokens {
  // Looked up at each use, so that what was begun before a rotation of keys can be finished.
  const keyOf = ({ kid }: Partial<JWTHeaderParameters>): Uint8Array => {
    const key = typeof kid === 'string' ? keyRing.find(kid) : null;
    if (key === null) throw new Error('Signed with an unknown key.');
    return signingKey(key);
  };
  return {
    async sign(flowId) {
      const { current } = keyRing;
      const header = { alg: algorithm, typ, kid: current.id };
      return new SignJWT().setJti(flowId).setProtectedHeader(header).sign(signingKey(current));
    },
    async read(state) {
      if (state.length > longestState) return null;
      const options = { algorithms: [algorithm], typ, requiredClaims: ['jti'] };
      const verified = await jwtVerify(state, keyOf, options).catch(() => null);
      return verified?.payload.jti ?? null;
    },
  };
}

/** A key of its own: the same one must not both encrypt and sign. */
function signingKey({ key }: RingKey): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, '', 'express-integrations/oauth-state', 32));
}
