import type { StoredError } from '../../schemas/integration-request.js';
import type { IntegrationModels } from '../../schemas/models.js';
import type { ResolvedOptions } from '../options.js';
import { createRequestLog } from '../request-log/request-log.js';
import { storedError } from '../request-log/stored-error.js';
import { createBodyRecorder } from '../requests/body-recorder.js';
import { createCallRecorder, type HealthObserver } from '../requests/call-recorder.js';
import type { EntryRedaction } from '../requests/log-entry.js';
import type { Foundation } from './foundation.js';

/** What is kept of a call. */
export function createRecording(
  { requestLog: settings }: ResolvedOptions,
  foundation: Foundation,
  models: IntegrationModels,
  health: HealthObserver,
) {
  const { redactor, logger, events } = foundation;
  const model = models.IntegrationRequest;
  const requestLog = createRequestLog({
    ...settings,
    model,
    writeConcern: { w: 1, j: settings.journal },
    onLost: (loss) => logger.error('Entries of the request log were lost.', { ...loss }),
  });
  const redaction: EntryRedaction = {
    body: createBodyRecorder(redactor, settings.maxStoredBytes),
    endpoint: ({ endpoint, knownSecrets }) => redactor.url(endpoint, { knownSecrets }),
  };
  return {
    requestLog,
    recorder: createCallRecorder({ requestLog, model, events, logger, redaction, health }),
    toStoredError: (error: unknown, knownSecrets: readonly string[] = []): StoredError =>
      storedError(error, { redactor, knownSecrets }),
  };
}
