import type { Request, RequestHandler } from 'express';
import { IntegrationError } from '../lib/errors.js';
import type { LoggerLike } from '../lib/types/logger.js';

/** What somebody wants to do on an administrative route. */
export interface GuardedAction {
  /** `jobs.dashboard`, `oauth.authorize` or `oauth.revoke`. */
  readonly action: string;
  /** The id of the integration that it is about; null: none. */
  readonly integration: string | null;
}

/** Whether whoever sends the request may do that. What it throws or rejects with is the application's to answer. */
export type Guard = (req: Request, action: GuardedAction) => boolean | PromiseLike<boolean>;

/** Where it is said that there is no guard. */
type LoggerOf = () => Pick<LoggerLike, 'warn'> | undefined;

/** Asks a guard; raises `ACTION_FORBIDDEN`. */
export type GuardCheck = (req: Request, action: GuardedAction) => Promise<void>;

/**
 * Lets in whom the guard lets in: with exactly `true`, so that a forgotten `await` or a truthy object lets in nobody.
 * Without a guard it lets in nobody, and says so once in the log.
 */
export function createGuardCheck(guard: Guard | undefined, logger: LoggerOf): GuardCheck {
  let hasWarned = false;
  return async function checkGuard(req, action) {
    if (guard === undefined && !hasWarned) {
      hasWarned = true;
      logger()?.warn(`Administrative routes without a guard are closed: pass one for "${action.action}".`, {
        ...action,
      });
    }
    const answer: unknown = await guard?.(req, action);
    if (answer !== true) throw new IntegrationError('ACTION_FORBIDDEN', 'This is not allowed here.');
  };
}

/** The same for all routes behind it. */
export function requireGuard(guard: Guard | undefined, action: GuardedAction, logger: LoggerOf): RequestHandler {
  const check = createGuardCheck(guard, logger);
  return async function requireGuard(req, _res, next) {
    await check(req, action);
    next();
  };
}
