import { IntegrationError } from '../errors.js';

/**
 * Nobody is at that URL. The same for a provider that is not there or receives nothing, and for an integration that is
 * not there, switched off, or of another provider: who has no business here learns nothing.
 */
export function noAddressee(): IntegrationError {
  return new IntegrationError('INTEGRATION_NOT_FOUND', 'There is nobody here who receives webhooks.');
}
