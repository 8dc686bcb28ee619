import type { Call } from '../call.js';
import type { Next, Stage } from '../stage.js';

/** What is remembered of responses. */
export interface ResponseCache {
  /** The value of a call that asks for it: a remembered one, or what `fetch` gives. */
  serve(call: Call, fetch: Next): Promise<unknown>;
}

/** Spares the other API what is known already. A call that was spared leaves no document of its own. */
export function serveFromCache(cache: ResponseCache): Stage {
  return function serveFromCache(call, next) {
    return call.spec.cache === null ? next() : cache.serve(call, next);
  };
}
