import type { IntegrationDocument } from '../../schemas/integration.js';
import type { IntegrationCollection } from '../integration-store/integration-collection.js';
import { refreshDocument } from '../integration-store/refresh-document.js';
import type { HealthChange } from './count-failure.js';
import type { FailureMarks } from './failure-marks.js';
import type { HealthAnnouncer } from './health-announcer.js';
import { resetHealth } from './reset-health.js';

export interface HealthResetParts {
  readonly collection: IntegrationCollection;
  readonly marks: FailureMarks;
  readonly announce: HealthAnnouncer['announce'];
}

/** Sets counters back, and then clears the mark of the failures. */
export interface HealthResets {
  /**
   * Where the document, or a mark of another process, tells of failures; else it writes nothing.
   *
   * @param ageMs How old the knowledge of marks may be, in milliseconds.
   */
  afterSuccess(integration: IntegrationDocument, ageMs: number): Promise<void>;
  /** Whether it is known without asking that `afterSuccess` has nothing to do. */
  isNeedless(integration: IntegrationDocument, ageMs: number): boolean;
  /** Whatever is known of failures. */
  anyway(integration: IntegrationDocument): Promise<void>;
}

export function createHealthResets({ collection, marks, announce }: HealthResetParts): HealthResets {
  const running = new Map<string, Promise<HealthChange | null>>();
  /** What a document told when it was dealt with: it may go on telling it, where the application has changed it. */
  const dealtWith = new WeakMap<IntegrationDocument, string>();

  async function run(integration: IntegrationDocument, mark: string | null): Promise<HealthChange | null> {
    const change = await resetHealth(collection, integration._id);
    if (change !== null) {
      refreshDocument(integration, change.after);
      await announce(integration, change);
    }
    if (mark !== null) await marks.clear(integration._id, mark);
    return change;
  }

  /** One at a time for each integration: who comes meanwhile waits for it. */
  async function reset(integration: IntegrationDocument, mark: string | null): Promise<void> {
    const id = integration._id.toHexString();
    const other = running.get(id);
    if (other === undefined) {
      const own = run(integration, mark).finally(() => running.delete(id));
      running.set(id, own);
      await own;
    } else {
      const change = await other;
      if (change !== null) refreshDocument(integration, change.after);
    }
    dealtWith.set(integration, told(integration));
  }

  function isNews(integration: IntegrationDocument): boolean {
    return tellsOfFailures(integration) && dealtWith.get(integration) !== told(integration);
  }

  return {
    async afterSuccess(integration, ageMs) {
      const mark = await marks.pending(integration._id, ageMs);
      if (mark !== null || isNews(integration)) await reset(integration, mark);
    },
    isNeedless: (integration, ageMs) => marks.isNone(integration._id, ageMs) && !isNews(integration),
    anyway: async (integration) => reset(integration, await marks.pending(integration._id, 0)),
  };
}

/** Of fields that were not loaded, a document tells nothing. */
function tellsOfFailures(integration: IntegrationDocument): boolean {
  const { healthStatus, consecutiveFailures, authStatus, grantEndedAt } = integration;
  if (authStatus === 'needsReauthorization' && !(grantEndedAt instanceof Date)) return true;
  const isUnwell = healthStatus === 'degraded' || healthStatus === 'failing';
  return healthStatus !== 'disabled' && (isUnwell || consecutiveFailures > 0);
}

function told({ healthStatus, consecutiveFailures, authStatus }: IntegrationDocument): string {
  return `${healthStatus} ${String(consecutiveFailures)} ${authStatus}`;
}
