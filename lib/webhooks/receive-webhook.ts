import { Types } from 'mongoose';
import type { WebhookAnswer } from '../../providers/contracts.js';
import type { IntegrationWebhookFields } from '../../schemas/integration-webhook.js';
import type { IntegrationModels } from '../../schemas/models.js';
import type { BoundSealer } from '../credentials/bound-sealer.js';
import { IntegrationError, isIntegrationError } from '../errors.js';
import type { EventHub } from '../event-hub.js';
import type { ServerClock } from '../server-clock.js';
import type { LoggerLike } from '../types/logger.js';
import type { WebhookRequest } from '../types/webhook-request.js';
import type { WebhookSettings } from '../types/webhook-settings.js';
import { withinTime } from '../within-time.js';
import { deliveryFacts } from './delivery-facts.js';
import { answerHandshake } from './handshake.js';
import type { Inbox, Receipt } from './inbox.js';
import { newWebhook } from './new-webhook.js';
import { noAddressee } from './no-addressee.js';
import { notStored } from './not-stored.js';
import type { Recipient, Recipients } from './recipients.js';
import { sealBody } from './webhook-payload.js';
import type { WebhookWorker } from './webhook-worker.js';

/** Where a request came to. */
export interface WebhookAddress {
  /** Registry key of the provider, as the URL has it. */
  readonly provider: string;
  /** Id of the integration, as the URL has it; null: it names none. */
  readonly integrationId: string | null;
}

/** What a sender is told. */
export type WebhookReply =
  /** It is stored, and will be handled. */
  | { readonly kind: 'queued' }
  /** It was stored before. */
  | { readonly kind: 'duplicate' }
  /** It was a handshake. */
  | { readonly kind: 'handshake'; readonly answer: WebhookAnswer };

/** Receives webhooks: verifies, stores and hands on. */
export interface WebhookReceiver {
  /** Largest body that is taken, in bytes. */
  readonly maxBodyBytes: number;
  /** Where the outside reaches the application; null: as each request says. */
  readonly publicUrl: string | null;
  /** The methods that a provider's URLs answer; null: it is not there, or receives no webhooks. */
  methods(provider: string): readonly string[] | null;
  /**
   * Answers within `webhooks.storeWithinMs`.
   *
   * @throws IntegrationError `INTEGRATION_NOT_FOUND`, `METHOD_NOT_ALLOWED`, `WEBHOOK_SIGNATURE_INVALID`,
   *   `WEBHOOK_AMBIGUOUS`, `WEBHOOK_NOT_STORED`; of the last one it may be stored all the same
   */
  receive(to: WebhookAddress, request: WebhookRequest): Promise<WebhookReply>;
}

export interface ReceiverParts {
  readonly recipients: Recipients;
  readonly inbox: Inbox;
  readonly clock: ServerClock;
  readonly sealer: BoundSealer;
  readonly settings: Pick<WebhookSettings, 'leaseSeconds' | 'maxBodyBytes' | 'sameBodySeconds' | 'storeWithinMs'>;
  readonly publicUrl: string | null;
  readonly worker: Pick<WebhookWorker, 'admit' | 'take' | 'wake'>;
  readonly events: Pick<EventHub, 'emit'>;
  readonly models: Pick<IntegrationModels, 'IntegrationWebhook'>;
  readonly logger: Pick<LoggerLike, 'warn'>;
}

const timeIsUp = Symbol('time is up');

export function createReceiver(parts: ReceiverParts): WebhookReceiver {
  const { recipients, settings, publicUrl } = parts;
  return {
    maxBodyBytes: settings.maxBodyBytes,
    publicUrl,
    methods(key) {
      const to = recipients.provider(key);
      if (to === null) return null;
      return to.provider.answerWebhookChallenge === undefined ? ['POST'] : ['GET', 'HEAD', 'POST'];
    },
    async receive(to, request) {
      try {
        // What goes on beyond that is taken in or given up where it ends.
        const reply = await withinTime(receive(parts, to, request), settings.storeWithinMs, timeIsUp);
        if (reply !== timeIsUp) return reply;
      } catch (error) {
        throw isAnswer(error) ? error : notStored('The webhook could not be stored.', error);
      }
      throw notStored('The webhook could not be stored in time.');
    },
  };
}

/** All others are troubles of ours: the sender has to try again. */
function isAnswer(error: unknown): boolean {
  return isIntegrationError(error) && (error.status < 500 || error.code === 'WEBHOOK_NOT_STORED');
}

async function receive(parts: ReceiverParts, address: WebhookAddress, request: WebhookRequest): Promise<WebhookReply> {
  const { recipients, logger } = parts;
  const to = recipients.provider(address.provider);
  if (to === null) throw noAddressee();
  const candidates = await recipients.candidates(to, address.integrationId, request);
  const answer = await answerHandshake(to, candidates, request, logger);
  if (answer !== null) return { kind: 'handshake', answer };
  if (request.method !== 'POST') throw new IntegrationError('METHOD_NOT_ALLOWED', 'Webhooks are sent by POST.');
  const receipt = await store(parts, await recipients.prove(to, candidates, request), request);
  return receipt.kind === 'duplicate' ? { kind: 'duplicate' } : { kind: 'queued' };
}

/** Stores it, already held by this process where it has room: nobody needs to look for it. */
async function store(parts: ReceiverParts, recipient: Recipient, request: WebhookRequest): Promise<Receipt> {
  const { inbox, worker } = parts;
  const token = worker.admit();
  let taken: IntegrationWebhookFields | null = null;
  try {
    const webhook = await documentOf(parts, recipient, request, token);
    const receipt = await inbox.receive(webhook);
    if (receipt.kind === 'stored') {
      taken = webhook;
      announce(parts, recipient, webhook);
    }
    if (receipt.kind === 'requeued' || (receipt.kind === 'stored' && token === null)) worker.wake();
    return receipt;
  } finally {
    if (token !== null) worker.take(token, taken);
  }
}

async function documentOf(
  { clock, settings, sealer, logger }: ReceiverParts,
  recipient: Recipient,
  request: WebhookRequest,
  lease: string | null,
): Promise<IntegrationWebhookFields> {
  const { key, provider, integration } = recipient;
  const _id = new Types.ObjectId();
  const delivery = {
    provider: key,
    integrationId: integration?._id ?? null,
    ...deliveryFacts(recipient, request, logger),
    request,
  };
  return newWebhook(delivery, {
    _id,
    lease,
    sealed: provider.sealWebhooks === true ? await sealBody(sealer, _id, request.rawBody) : null,
    now: await clock.now(),
    leaseMs: settings.leaseSeconds * 1_000,
    sameBodyMs: settings.sameBodySeconds * 1_000,
  });
}

function announce(
  { events, models }: ReceiverParts,
  { key, integration }: Recipient,
  webhook: IntegrationWebhookFields,
) {
  events.emit('webhookReceived', () => ({
    integration,
    provider: key,
    webhook: models.IntegrationWebhook.hydrate(webhook),
  }));
}
