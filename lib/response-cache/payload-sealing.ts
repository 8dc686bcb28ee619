import type { IntegrationResponseFields } from '../../schemas/integration-response.js';
import { sealsCachedResponses } from '../../providers/capabilities.js';
import type { BoundSealer } from '../credentials/bound-sealer.js';
import type { Call } from '../requests/call.js';
import type { StoredResponse } from './stored-response.js';

type Payload = Pick<IntegrationResponseFields, 'payload' | 'sealedPayload'>;

/** Turns the bytes of a response into what is stored of them, and back. */
export interface PayloadSealing {
  /** Sealed for this very response, where the call's provider wants that. */
  close(call: Call, id: string, bytes: Buffer): Promise<Payload>;
  /**
   * @throws IntegrationError `ENCRYPTION_KEY_MISSING`, or `CREDENTIALS_UNDECRYPTABLE` for one that was tampered with or
   *   belongs elsewhere
   */
  open(response: StoredResponse, id: string): Promise<Uint8Array | null>;
}

export function createPayloadSealing(sealer: BoundSealer): PayloadSealing {
  return {
    async close({ providerDefinition }, id, bytes) {
      if (!sealsCachedResponses(providerDefinition)) return { payload: bytes, sealedPayload: null };
      const { sealed } = await sealer.seal(bindingOf(id), bytes);
      return { payload: null, sealedPayload: sealed };
    },
    async open({ payload, sealedPayload }, id) {
      if (sealedPayload === null) return payload;
      const place = { binding: bindingOf(id), what: 'contents of a cached response', details: {} };
      return sealer.open(place, sealedPayload);
    },
  };
}

/** Unlike any place of credentials: those are the id and a field. */
function bindingOf(id: string): string {
  return `response/${id}`;
}
