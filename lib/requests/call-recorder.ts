import type { IntegrationRequestModel } from '../../schemas/integration-request.js';
import { ambient } from '../context.js';
import type { EventHub } from '../event-hub.js';
import type { RequestLog } from '../request-log/request-log.js';
import type { LoggerLike } from '../types/logger.js';
import type { Call } from './call.js';
import { logEntry, requestSummary, type EntryRedaction } from './log-entry.js';
import type { CallRecorder } from './stages/record-call.js';

export interface CallRecorderParts {
  readonly requestLog: RequestLog;
  readonly model: IntegrationRequestModel;
  readonly events: EventHub;
  readonly logger: LoggerLike;
  readonly redaction: EntryRedaction;
  readonly health: HealthObserver;
}

/** Draws conclusions about the integration from its calls. */
export interface HealthObserver {
  /** Called once for each logical call that is over; never rejects. */
  observe(call: Call): Promise<void>;
}

/**
 * Records finished calls: the running operation notes them, the request log stores them, then the event is emitted.
 * What goes wrong here is logged; the outcome of the call stands.
 */
export function createCallRecorder(parts: CallRecorderParts): CallRecorder {
  const { requestLog, model, events, logger, redaction, health } = parts;
  return {
    async record(call, error) {
      try {
        const entry = logEntry(call, error, redaction);
        ambient().operation?.noteRequest(requestSummary(call, entry));
        const event = error === null ? 'requestCompleted' : 'requestFailed';
        await requestLog.write(entry, () => {
          events.emit(event, () => ({ integration: call.integration, request: model.hydrate(entry) }));
        });
      } catch (failure) {
        logger.error('A call could not be recorded.', { requestId: call.id.toHexString(), error: failure });
      }
      await health.observe(call);
    },
  };
}
