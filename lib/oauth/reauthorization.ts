import type { Types } from 'mongoose';
import { IntegrationError } from '../errors.js';

export function reauthorizationRequired(_id: Types.ObjectId): IntegrationError {
  const integrationId = _id.toHexString();
  return new IntegrationError('REAUTHORIZATION_REQUIRED', `Integration ${integrationId} has to be connected again.`, {
    details: { integrationId },
  });
}
