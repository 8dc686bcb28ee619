import { Types } from 'mongoose';
import type { Integrations } from '../../instance/services.js';
import { ownerFields } from '../../integration-store/field-rules.js';
import { knownSecrets } from '../../credentials/known-secrets.js';
import { unlessAborted } from '../../unless-aborted.js';
import type { PlainObject } from '../../types/json.js';
import type { PolymorphicTarget } from '../../types/polymorphic.js';
import { sealerOf } from '../sealer-of.js';
import { redactedMessage } from '../redacted-message.js';

/** An integration as it shall be stored. */
export interface Candidate {
  readonly provider: string;
  readonly name: string;
  readonly owner: PolymorphicTarget | null;
  readonly credentials: PlainObject;
  readonly metadata: PlainObject | null;
}

/** What came of a health check. */
export interface CheckOutcome {
  readonly healthy: boolean;
  readonly durationMs: number;
  /** What it threw, redacted; null: nothing. */
  readonly message: string | null;
}

/**
 * Has the provider check an integration before it is stored, on a document of an id of its own that never is. So
 * nothing has to be taken back, whenever this process dies; what works with the former credentials goes on; and a
 * refusal counts for the health of nothing. What the calls of the check have left behind is deleted.
 */
export async function checkCandidate(
  integrations: Integrations,
  candidate: Candidate,
  signal: AbortSignal,
): Promise<CheckOutcome> {
  const { provider, name, credentials, metadata } = candidate;
  const { Integration } = integrations.models;
  const _id = new Types.ObjectId();
  const { sealed, keyId } = await sealerOf(integrations).seal({
    ...{ integrationId: _id, field: 'credentials', value: credentials },
  });
  const document = new Integration({
    ...{ _id, provider, name, metadata, ...ownerFields(candidate.owner) },
    ...{ credentials: sealed, sealedWith: [keyId] },
  });
  try {
    const { healthy, durationMs, error } = await unlessAborted(signal, () => integrations.healthCheck(document));
    return { healthy, durationMs, message: messageOf(error, credentials) };
  } finally {
    // The log is written behind the calls.
    await integrations.stop();
    await integrations.delete(_id);
  }
}

function messageOf(error: unknown, credentials: PlainObject): string | null {
  return error === undefined ? null : redactedMessage(error, knownSecrets(credentials));
}
