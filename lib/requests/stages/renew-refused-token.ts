import type { IntegrationDocument } from '../../../schemas/integration.js';
import { answersOf } from '../answered-metadata.js';
import { answeredStatus } from '../returned-failure.js';
import { isRepeatable } from '../../http/request-body.js';
import { releaseResponse } from '../response-object.js';
import type { Call } from '../call.js';
import type { Stage } from '../stage.js';

/** Gets other tokens for those that the other API has refused. */
export interface TokenReplacer {
  /** Whether there are others now. */
  replaceRefused(integration: IntegrationDocument, presented: string): Promise<boolean>;
}

/**
 * Makes an attempt once more with another access token, where the other API has refused the one it was made with: that
 * attempt was not executed, whatever it was to do. Once for each call.
 */
export function renewRefusedToken(replacer: TokenReplacer): Stage {
  return async function renewRefusedToken(call, next) {
    let value: unknown;
    try {
      value = await next();
    } catch (error) {
      if (!(await isReplaced(replacer, call, error))) throw error;
      return repeated(call, next);
    }
    if (call.failure === null || !(await isReplaced(replacer, call, null))) return value;
    releaseResponse(call.returned);
    return repeated(call, next);
  };
}

async function isReplaced(replacer: TokenReplacer, call: Call, thrown: unknown): Promise<boolean> {
  const { presentedTokens, renewals, integration, spec } = call;
  if (presentedTokens === null || renewals > 0 || !isTokenRefused(call, thrown)) return false;
  if (spec.target.kind === 'url' && !isRepeatable(spec.data)) return false;
  // The refusal is what the caller hears of where there are no others.
  return replacer.replaceRefused(integration, presentedTokens).catch(() => false);
}

function repeated(call: Call, next: () => Promise<unknown>): Promise<unknown> {
  call.renewals += 1;
  call.beginAttempt(0, call);
  return next();
}

/** RFC 6750, section 3.1; many say no more than 401. */
function isTokenRefused(call: Call, thrown: unknown): boolean {
  const status = call.failure?.verdict.statusCode ?? answeredStatus(call);
  if (status !== 401) return false;
  const challenges = answersOf(call, thrown).flatMap((headers) => headers.get('www-authenticate') ?? []);
  const errors = challenges.flatMap((challenge) => /\berror\s*=\s*"?([\w-]+)/i.exec(challenge)?.[1] ?? []);
  return errors.length === 0 || errors.includes('invalid_token');
}
