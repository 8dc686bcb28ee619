import type { WebhookRequest } from '../../../lib/index.js';
import { member } from './member.js';
import { payloadOf } from './payload-of.js';
import type { GitHubPayload } from './payloads.js';
import { subjectOf } from './subject-of.js';

/** What a request says of itself; null: it does not. */
export interface WebhookFacts {
  /** `issues` */
  readonly event: string | null;
  /** `opened` */
  readonly action: string | null;
  readonly deliveryId: string | null;
  readonly installationId: number | null;
  readonly owner: string | null;
  readonly repo: string | null;
  /** What it is about. */
  readonly subject: string | null;
}

// They are asked for several times while a request is received, and a body may be large.
const known = new WeakMap<WebhookRequest, WebhookFacts>();

/** Anything can have been sent by anybody: what is not as it should be is not there. */
export function webhookFacts(request: WebhookRequest): WebhookFacts {
  const facts = known.get(request) ?? read(request);
  known.set(request, facts);
  return facts;
}

function read(request: WebhookRequest): WebhookFacts {
  const payload = payloadOrNothing(request);
  const { repository, organization } = payload;
  const event = text(request.headers['x-github-event']);
  const installationId = member(payload.installation, 'id');
  return {
    event,
    action: text(payload.action),
    deliveryId: text(request.headers['x-github-delivery']),
    installationId: Number.isSafeInteger(installationId) ? Number(installationId) : null,
    owner: text(member(member(repository, 'owner') ?? organization, 'login')),
    repo: text(member(repository, 'name')),
    subject: subjectOf(event ?? '', payload),
  };
}

function payloadOrNothing(request: WebhookRequest): GitHubPayload {
  try {
    return payloadOf(request);
  } catch {
    return {};
  }
}

/** Of a header that is there once, or a member of the payload. */
function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
