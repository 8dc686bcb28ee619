import { unlessAborted } from '../../unless-aborted.js';
import { attemptFate } from '../attempt-fate.js';
import type { Stage } from '../stage.js';

/** Sends no attempt of a write whose claim has run out meanwhile, and notes what each tells of the write. */
export function confirmClaim(): Stage {
  return async function confirmClaim(call, next) {
    const { claim } = call;
    if (claim === null) return next();
    await unlessAborted(call.signal, () => claim.confirm());
    try {
      const value = await next();
      // A failing answer that the callback returned.
      claim.note(call.failure === null ? 'executed' : attemptFate(call, call.failure));
      return value;
    } catch (error) {
      claim.note(call.failure === null ? 'ambiguous' : attemptFate(call, call.failure));
      throw error;
    }
  };
}
