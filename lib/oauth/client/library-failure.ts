import { IntegrationError, isIntegrationError, type IntegrationErrorCode } from '../../errors.js';
import { causeChain, property } from '../../failures/cause-chain.js';
import { isError } from '../../is-error.js';

/**
 * What a failure inside of openid-client or jose is to us: our own error where it went through them, else one that
 * holds their code and innermost message. Nothing else of theirs goes further: their causes hold whole answers.
 */
export function libraryFailure(error: unknown, code: IntegrationErrorCode, message: string): IntegrationError {
  const chain = causeChain(error);
  const ours = chain.find((link) => isIntegrationError(link));
  if (ours !== undefined) return ours;
  const errors = chain.filter((link) => isError(link));
  const codes = errors.map((link) => property(link, 'code')).filter((value) => typeof value === 'string');
  const reason = errors.at(-1)?.message ?? 'unknown';
  return new IntegrationError(code, `${message}: ${reason}`, { details: { reason: codes.at(-1) ?? null } });
}
