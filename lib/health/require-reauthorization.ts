import type { IntegrationDocument } from '../../schemas/integration.js';
import type { IntegrationCollection } from '../integration-store/integration-collection.js';

/**
 * Stores that the other API no longer accepts the credentials of this document. Not where others have replaced them
 * meanwhile, nor where the connection was revoked on purpose.
 *
 * @returns Whether this update made the transition.
 */
export async function requireReauthorization(
  collection: IntegrationCollection,
  document: IntegrationDocument,
): Promise<boolean> {
  const { _id, credentialVersion } = document;
  const sameCredentials = document.isSelected('credentialVersion') ? { credentialVersion } : {};
  const { modifiedCount } = await collection.updateOne(
    { _id, ...sameCredentials, authStatus: { $nin: ['needsReauthorization', 'revoked'] } },
    [{ $set: { authStatus: 'needsReauthorization', updatedAt: '$$NOW' } }],
    { writeConcern: { w: 1 } },
  );
  return modifiedCount === 1;
}
