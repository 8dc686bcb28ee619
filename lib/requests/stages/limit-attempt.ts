import type { Stage } from '../stage.js';

/** Begins the attempt's time: only what follows may take up `timeoutMs`. */
export function limitAttempt(): Stage {
  return function limitAttempt(call, next) {
    call.startTimeout(call.limits.timeoutMs);
    return next();
  };
}
