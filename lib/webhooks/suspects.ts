import { IntegrationError } from '../errors.js';
import type { HeldWebhook } from './webhook-leases.js';

/** So many crashes are counted of a webhook at most: then it is not run any more. */
const mostCrashes = 3;
/** And so many at least, however seldom it may be tried: at the first one others ran as well. */
const leastCrashes = 2;

/** Whether a process may have died of it: a crash is counted before it runs, so that it can be told which one it was. */
export function isSuspect({ webhook, wasLeft }: HeldWebhook): boolean {
  return wasLeft === true || webhook.crashes > 0;
}

/** Whether a process has died while it ran, of it or of others that ran as well: those might die with it again. */
export function mustRunAlone({ webhook }: HeldWebhook): boolean {
  return webhook.crashes > 0;
}

/** Whether processes die of it: it is given up. */
export function isHopeless({ webhook }: HeldWebhook, maxAttempts: number): boolean {
  return webhook.crashes >= Math.min(mostCrashes, Math.max(leastCrashes, maxAttempts));
}

/** What it fails with then. */
export function webhookCrash({ webhook: { crashes } }: HeldWebhook): IntegrationError {
  return new IntegrationError('WEBHOOK_PROCESS_CRASH', `The process died ${crashes} times while this webhook ran.`, {
    details: { crashes },
  });
}
