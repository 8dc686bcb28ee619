import type { IntegrationResponseFields } from '../../schemas/integration-response.js';

/** How the fetching of a response stands, as the server has it. */
export interface FetchState extends Pick<IntegrationResponseFields, 'storedAt' | 'fetcher' | 'fetchUntil'> {
  readonly serverTime: Date;
}

/** A response as it was read. */
export interface ResponseReply
  extends
    FetchState,
    Pick<IntegrationResponseFields, 'payload' | 'sealedPayload' | 'validators' | 'requestId' | 'freshUntil'> {}

/** A response that there is; whoever is only fetching it has left none yet. */
export interface StoredResponse extends ResponseReply {
  readonly storedAt: Date;
  readonly freshUntil: Date;
  /** The server's clock, now, in milliseconds since the epoch. */
  now(): number;
}

/** Null where there is no response yet. */
export function storedResponse(reply: ResponseReply | null): StoredResponse | null {
  if (reply === null) return null;
  const { storedAt, freshUntil, serverTime } = reply;
  if (storedAt === null || freshUntil === null) return null;
  const receivedAt = performance.now();
  return { ...reply, storedAt, freshUntil, now: () => serverTime.getTime() + performance.now() - receivedAt };
}

/** Whether it may be served without asking. */
export function isFresh({ freshUntil, serverTime }: StoredResponse): boolean {
  return freshUntil > serverTime;
}

/** Whether it may be served in place of a failed call. */
export function isWithinStaleness(response: StoredResponse, staleMs: number): boolean {
  return response.now() < response.freshUntil.getTime() + staleMs;
}
