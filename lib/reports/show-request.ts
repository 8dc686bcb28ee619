import type { IntegrationRequestFields } from '../../schemas/integration-request.js';
import type { IntegrationModels } from '../../schemas/models.js';
import { IntegrationError } from '../errors.js';
import { integrationId } from '../integration-store/integration-id.js';
import type { IdOrDocument } from '../types/polymorphic.js';

/** A call of the request log, with its attempts: redacted, as it was when it was stored. */
export interface ShownRequest extends Omit<
  IntegrationRequestFields,
  '_id' | 'integrationId' | 'retryOfId' | 'idempotencyKey'
> {
  readonly id: string;
  readonly integrationId: string;
  readonly retryOfId: string | null;
  readonly idempotencyKey: string | null;
}

/** @throws IntegrationError `REQUEST_NOT_FOUND` */
export async function showRequest(
  { IntegrationRequest }: Pick<IntegrationModels, 'IntegrationRequest'>,
  target: IdOrDocument,
): Promise<ShownRequest> {
  const _id = integrationId(target);
  const options = { readPreference: 'primary', projection: { __v: 0 } } as const;
  const found = _id && (await IntegrationRequest.collection.findOne<IntegrationRequestFields>({ _id }, options));
  if (found === null) throw requestNotFound(_id?.toHexString() ?? null);
  const { _id: id, integrationId: owner, retryOfId, ...call } = found;
  return {
    id: id.toHexString(),
    integrationId: owner.toHexString(),
    ...call,
    retryOfId: retryOfId?.toHexString() ?? null,
  };
}

function requestNotFound(requestId: string | null): IntegrationError<'REQUEST_NOT_FOUND'> {
  const message = requestId === null ? 'That is no id of a request.' : `There is no request ${requestId}.`;
  return new IntegrationError('REQUEST_NOT_FOUND', message, { details: { requestId } });
}
