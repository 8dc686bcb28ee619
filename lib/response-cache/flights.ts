import type { Call } from '../requests/call.js';

/** The bytes of a response, and the request that fetched it. */
export interface Remembered {
  readonly bytes: Uint8Array;
  readonly requestId: Call['id'];
}

/**
 * What a fetch comes to for the callers that waited for it:
 *
 * - `shared`: its response is theirs too
 * - `failed`: its failure is, unless it was the leading call's own
 * - `unshared`: there is a response, but it cannot be copied: each makes its own call
 * - `void`: nothing came of it; they look again
 */
export type Landing =
  | { readonly kind: 'shared'; readonly remembered: Remembered }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'unshared' }
  | { readonly kind: 'void' };

/** A fetch that is under way in this process. */
export interface Flight {
  readonly leader: Call;
  /** Never rejects. */
  readonly landing: Promise<Landing>;
}

/** The fetches that are under way in this process, one for each response. */
export interface Flights {
  get(id: string): Flight | null;
  /** Others follow it until it is over. */
  begin(id: string, flight: Flight): void;
  /** Nobody follows those of an integration any more: what they bring is out of date. */
  abandon(integrationId: string): void;
}

export function createFlights(): Flights {
  const flights = new Map<string, Flight>();
  return {
    get: (id) => flights.get(id) ?? null,
    begin(id, flight) {
      flights.set(id, flight);
      void flight.landing.then(() => {
        if (flights.get(id) === flight) flights.delete(id);
      });
    },
    abandon(integrationId) {
      for (const id of flights.keys()) if (id.startsWith(`${integrationId}:`)) flights.delete(id);
    },
  };
}
