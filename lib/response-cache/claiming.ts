import { randomUUID } from 'node:crypto';
import { awaitFetcher } from './await-fetcher.js';
import { unavailable } from './cautious-access.js';
import type { ResponseStore } from './response-store.js';
import type { Visit } from './visit.js';

/** Stands for the right to keep what is fetched; null: the database is away, and cannot grant any. */
export type FetchToken = string | null;

/**
 * Takes the right to fetch a response. Where another process has it, waits until that is over, or, if the visit does
 * not wait, fetches beside it. Undefined: there is something new to be seen.
 *
 * @throws IntegrationError of the visit's signal
 */
export async function claimFetch(store: ResponseStore, visit: Visit): Promise<FetchToken | undefined> {
  const { call, plan, known, signal } = visit;
  if (visit.isBlind) return null;
  const { integrationId, endpoint } = call;
  const token = randomUUID();
  const storedAt = known?.storedAt ?? null;
  const state = await store.claim({ id: plan.id, integrationId, endpoint, tags: plan.tags, token, storedAt });
  if (state === unavailable) return null;
  if (state.fetcher === token) return token;
  if (state.storedAt?.getTime() !== storedAt?.getTime()) return undefined;
  // Whose it is does not matter: it becomes void when the response is forgotten.
  if (!visit.waitsForOthers) return state.fetcher;
  if ((await awaitFetcher(store, plan.id, state, signal)) === 'failed') visit.waitsForOthers = false;
  return undefined;
}
