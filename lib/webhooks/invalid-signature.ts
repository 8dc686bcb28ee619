import type { HandlesWebhooks } from '../../providers/contracts.js';
import { IntegrationError } from '../errors.js';
import { noAddressee } from './no-addressee.js';

/** A request whose signature proves nothing, answered as its sender understands it. */
class InvalidSignatureError extends IntegrationError<'WEBHOOK_SIGNATURE_INVALID'> {
  override readonly status: number;

  constructor(status: number) {
    super('WEBHOOK_SIGNATURE_INVALID', 'The signature of the webhook is not valid.');
    this.status = status;
  }
}

/** The refusal of a provider: as it has it, 401 otherwise. 404 is that of any URL that leads nowhere. */
export function invalidSignature({ invalidSignatureStatus = 401 }: HandlesWebhooks): IntegrationError {
  if (invalidSignatureStatus === 404) return noAddressee();
  return new InvalidSignatureError(invalidSignatureStatus);
}
