import type { ProviderRegistry } from '../../providers/registry.js';
import { handlesWebhooks } from '../../providers/capabilities.js';
import type { IntegrationWebhookFields } from '../../schemas/integration-webhook.js';
import type { IntegrationModels } from '../../schemas/models.js';
import type { BoundSealer } from '../credentials/bound-sealer.js';
import type { EventHub } from '../event-hub.js';
import { createJobWaker, type JobWaker } from '../job-waker.js';
import type { OperationParts } from '../operations/log-operation.js';
import { createServerClock } from '../server-clock.js';
import type { JobDefinition, JobQueue } from '../types/job-queue.js';
import type { JobsSettings, RequestLogSettings } from '../options.js';
import type { LoggerLike } from '../types/logger.js';
import type { WebhookSettings } from '../types/webhook-settings.js';
import { withinTime } from '../within-time.js';
import { driverCollection } from '../driver-collection.js';
import { createAlarm } from './alarm.js';
import { createInbox, type WebhookCollection } from './inbox.js';
import { webhookJobs } from './job-names.js';
import { createProcessing } from './process-webhooks.js';
import { createReceiver, type WebhookReceiver } from './receive-webhook.js';
import { createRecipients } from './recipients.js';
import { refusePublishedSecrets } from './refuse-published-secrets.js';
import { createWebhookViewer } from './show-webhook.js';
import { createWebhookLog } from './webhook-log.js';
import { createWebhookService, type WebhookService } from './webhook-service.js';
import { createWebhookViews } from './webhook-view.js';
import { createWebhookWork, type WebhookWork } from './webhook-work.js';
import { createWebhookWorker } from './webhook-worker.js';

export interface WebhooksParts {
  readonly models: IntegrationModels;
  readonly registry: ProviderRegistry;
  readonly operations: OperationParts;
  readonly sealer: BoundSealer;
  readonly settings: WebhookSettings;
  readonly publicUrl: string | null;
  readonly events: EventHub;
  readonly logger: LoggerLike;
  readonly queue: JobQueue;
  readonly requestLog: Pick<RequestLogSettings, 'maxStoredBytes'>;
  /** How this process runs jobs. */
  readonly jobs: Pick<JobsSettings, 'enabled'>;
  /** Whether the instance was started, and not stopped since. */
  readonly isStarted: () => boolean;
}

/** What applications do with webhooks. */
export interface WebhookServices {
  /** What operators do with them, and the receiver behind the routes. */
  readonly webhooks: WebhookService & WebhookReceiver;
  /** The same as `webhooks.replay()`. */
  replayWebhook: WebhookService['replay'];
}

/** The webhooks of one instance. */
export interface Webhooks {
  readonly services: WebhookServices;
  readonly definitions: readonly JobDefinition[];
  /** @throws IntegrationError `WEBHOOK_SECRET_PUBLISHED` */
  check(): Promise<void>;
  start(): void;
  stop(options: { readonly graceMs: number }): Promise<void>;
}

export function createWebhooks(parts: WebhooksParts): Webhooks {
  const { models, settings, registry, logger } = parts;
  const model = models.IntegrationWebhook;
  const shared = {
    webhooks: driverCollection<IntegrationWebhookFields>(model),
    clock: createServerClock(model.db),
    waker: createWaker(parts),
    // What is later is found by the job that recovers.
    alarm: createAlarm(() => wake(), recoverySeconds(settings) * 1_000),
  };
  const wake = (): void => shared.waker.wake(webhookJobs.process);
  const inbox = createInbox({ model, storeWithinMs: settings.storeWithinMs });
  const work = createWork(parts, { ...shared, wake });
  const worker = createWebhookWorker({ ...parts, work, wake, runsJobs: parts.jobs.enabled });
  const recipients = createRecipients({ model: models.Integration, registry, ...settings, logger });
  const receiver = createReceiver({ ...parts, ...shared, recipients, inbox, worker });
  const show = createWebhookViewer({ ...parts, maxShownBytes: parts.requestLog.maxStoredBytes });
  const service = createWebhookService({ ...parts, ...shared, ...settings, leases: work.leases, wake, show });
  return {
    services: { webhooks: { ...service, ...receiver }, replayWebhook: service.replay },
    definitions: definitionsOf(parts, { ...shared, wake, work, service }),
    check: () => refusePublishedSecrets({ model: models.Integration, registry }),
    start: work.start,
    async stop(options) {
      // What is stored meanwhile is handed back.
      await Promise.all([worker.stop(options), inbox.flush({ timeoutMs: options.graceMs })]);
      await withinTime(Promise.all([work.handedBack(), shared.waker.idle()]), options.graceMs, undefined);
    },
  };
}

interface Shared {
  readonly webhooks: WebhookCollection;
  readonly clock: ReturnType<typeof createServerClock>;
  readonly alarm: ReturnType<typeof createAlarm>;
  readonly wake: () => void;
}

function createWork(parts: WebhooksParts, shared: Shared): WebhookWork {
  const { models, operations } = parts;
  return createWebhookWork({
    ...parts,
    ...shared,
    ...{ toStoredError: operations.toStoredError, knownSecrets: operations.knownSecrets },
    views: createWebhookViews({ ...parts, model: models.Integration }),
    log: createWebhookLog(operations),
  });
}

function createWaker({ queue, logger }: WebhooksParts): JobWaker {
  return createJobWaker({
    enqueue: (name) => queue.enqueue(name, {}, { unlessWaiting: true }),
    onFailure(_name, error) {
      logger.warn('A job that handles webhooks could not be enqueued; the one that recovers does it.', { error });
    },
  });
}

/** Twice in a lease. */
function recoverySeconds({ leaseSeconds }: WebhookSettings): number {
  return leaseSeconds / 2;
}

interface JobParts extends Shared {
  readonly work: WebhookWork;
  readonly service: WebhookService;
}

function definitionsOf(parts: WebhooksParts, { work, service, wake, alarm }: JobParts): readonly JobDefinition[] {
  const { registry, settings, isStarted } = parts;
  const receivesAny = (): boolean => registry.registered().some((key) => handlesWebhooks(registry.get(key).provider));
  const definitions: readonly JobDefinition[] = [
    {
      name: webhookJobs.process,
      concurrency: 1,
      run: createProcessing({ work, alarm, settings, wake, isStarted }),
    },
    {
      name: webhookJobs.recover,
      concurrency: 1,
      everySeconds: recoverySeconds(settings),
      async run() {
        await service.recover();
      },
    },
  ];
  // A process that knows none would put off what others could handle.
  return definitions.map((definition) => ({ ...definition, isWanted: receivesAny }));
}
