import type { Types } from 'mongoose';
import type { EmbedsRequests } from '../../schemas/embedded-request.js';
import type { StoredError } from '../../schemas/integration-request.js';
import type { IntegrationDocument } from '../../schemas/integration.js';
import type { AttemptOutcome } from '../failures/outcome-of-failure.js';
import type { HeldWebhook } from './webhook-leases.js';

/** What becomes of a webhook that was looked at. */
export type WebhookOutcome =
  | AttemptOutcome
  /** Nobody can handle it here and now; nothing counts. */
  | { readonly kind: 'suspended'; readonly afterMs: number }
  /** Its integration is deleted: it is, too. */
  | { readonly kind: 'deleted' };

/** An attempt, as its operation log tells of it. */
export interface AttemptFacts {
  readonly logId: Types.ObjectId;
  readonly integration: IntegrationDocument;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly maxAttempts: number;
}

/** What came of a webhook, to be written. */
export interface WebhookResult {
  readonly held: HeldWebhook;
  readonly integration: IntegrationDocument | null;
  readonly outcome: WebhookOutcome;
  readonly error: StoredError | null;
  readonly isIgnored: boolean;
  readonly calls: EmbedsRequests | null;
  /** Null: there is no log of it. */
  readonly attempt: AttemptFacts | null;
}
