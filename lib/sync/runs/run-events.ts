import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { EventHub } from '../../event-hub.js';
import { SyncResult } from '../../types/sync-result.js';
import type { SyncRun } from './run-collection.js';

export interface RunAnnouncerParts {
  readonly events: Pick<EventHub, 'emit'>;
  /** Ends an episode of overdue syncs, if there is one. */
  readonly recoverStaleness: (integration: IntegrationDocument) => Promise<unknown>;
}

/** What is told beside the run itself. */
export interface RunNews {
  /** The cursor that the integration has by this run; null: it left it as it was. */
  readonly cursor: unknown;
  readonly announceLog: () => void;
}

/** Tells of the end of runs. */
export interface RunAnnouncer {
  announce(run: SyncRun, integration: IntegrationDocument, news: RunNews): Promise<void>;
}

export function createRunAnnouncer({ events, recoverStaleness }: RunAnnouncerParts): RunAnnouncer {
  return {
    async announce(run, integration, { cursor, announceLog }) {
      announceLog();
      const result = resultOf(run, cursor);
      events.emit('syncCompleted', () => ({ integration, result }));
      const isLatest = integration.lastSyncRunId?.equals(run._id) === true;
      if (run.outcome !== 'success' || !isLatest) return;
      events.emit('integrationSynced', () => ({ integration }));
      await recoverStaleness(integration);
    },
  };
}

/** What a settled run came to. */
export function resultOf({ succeeded, failed, skipped }: SyncRun, cursor: unknown): SyncResult {
  return new SyncResult({ succeeded, failed, skipped, cursor });
}
