import type { Types } from 'mongoose';
import { handlesWebhooks } from '../../providers/capabilities.js';
import type { HandlesWebhooks, IntegrationDirectory } from '../../providers/contracts.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import type { IntegrationDocument, IntegrationModel } from '../../schemas/integration.js';
import { IntegrationError } from '../errors.js';
import type { LoggerLike } from '../types/logger.js';
import type { WebhookRequest } from '../types/webhook-request.js';
import { createAddressees, type Addressees } from './addressees.js';
import { invalidSignature } from './invalid-signature.js';
import { noAddressee } from './no-addressee.js';
import { notStored } from './not-stored.js';
import { isOwnFailure } from './own-failure.js';

/** A provider that receives webhooks. */
export interface WebhookProvider {
  readonly key: string;
  readonly provider: HandlesWebhooks;
}

/** Who a request is for, which its signature has proved. */
export interface Recipient extends WebhookProvider {
  /** Null: the provider as a whole. */
  readonly integration: IntegrationDocument | null;
}

/** An integration that a request may be for; null: the provider as a whole. */
export type Candidate = IntegrationDocument | null;

/** Finds out who requests are for. */
export interface Recipients {
  /** Null: no such provider, or it receives no webhooks. */
  provider(key: string): WebhookProvider | null;
  /**
   * Who the request may be for: one at least.
   *
   * @param id Of the integration that the URL names; null: it names none.
   * @throws IntegrationError `INTEGRATION_NOT_FOUND`, `WEBHOOK_AMBIGUOUS`, `WEBHOOK_NOT_STORED`
   */
  candidates(to: WebhookProvider, id: string | null, request: WebhookRequest): Promise<readonly Candidate[]>;
  /**
   * The one of them whose secret the request is signed with: never one that is merely likely.
   *
   * @throws IntegrationError `WEBHOOK_SIGNATURE_INVALID`, `WEBHOOK_AMBIGUOUS`, `WEBHOOK_NOT_STORED`
   */
  prove(to: WebhookProvider, candidates: readonly Candidate[], request: WebhookRequest): Promise<Recipient>;
}

export interface RecipientParts {
  readonly model: IntegrationModel;
  readonly registry: Pick<ProviderRegistry, 'find'>;
  /** Integrations whose secrets are tried at most. */
  readonly maxCandidates: number;
  readonly logger: Pick<LoggerLike, 'warn'>;
}

interface Tools extends RecipientParts {
  readonly addressees: Addressees;
}

export function createRecipients(parts: RecipientParts): Recipients {
  const tools: Tools = { ...parts, addressees: createAddressees(parts.model) };
  return {
    provider(key) {
      const provider = parts.registry.find(key)?.provider;
      return provider !== undefined && handlesWebhooks(provider) ? { key, provider } : null;
    },
    candidates: (...asked) => candidates(tools, ...asked),
    prove: (...asked) => prove(tools, ...asked),
  };
}

async function candidates(
  tools: Tools,
  to: WebhookProvider,
  id: string | null,
  request: WebhookRequest,
): Promise<readonly Candidate[]> {
  const { addressees, maxCandidates } = tools;
  if (id === null && isOfApplication(to)) return [null];
  const named = id === null ? await resolved(tools, to, request) : [id];
  if (named.length > maxCandidates) throw ambiguous('Too many integrations may be meant.');
  if (named.length > 0) {
    const found = await Promise.all(named.map((one) => addressees.named(to.key, one)));
    const integrations = found.filter((one) => one !== null);
    if (integrations.length === 0) throw noAddressee();
    return integrations;
  }
  const all = await addressees.all(to.key, maxCandidates);
  if (all === null) throw noAddressee();
  if (all.length > maxCandidates) throw ambiguous('The URL does not tell which integration is meant.');
  return all;
}

async function prove(
  tools: Tools,
  to: WebhookProvider,
  among: readonly Candidate[],
  request: WebhookRequest,
): Promise<Recipient> {
  const verdicts = await Promise.all(among.map((candidate) => verdictOf(tools, to, candidate, request)));
  const [integration, another] = among.filter((_candidate, index) => verdicts[index] === 'signed');
  if (another !== undefined) throw ambiguous('The signature fits more than one integration.');
  if (integration === undefined) {
    throw verdicts.includes('unknown')
      ? notStored('The signature could not be verified.')
      : invalidSignature(to.provider);
  }
  return { ...to, integration: integration ?? (await resolvedOfApplication(tools, to, request)) };
}

type Verdict = 'signed' | 'unsigned' | 'unknown';

/** Fails closed: what a provider throws proves nothing. */
async function verdictOf(
  { logger }: Tools,
  { key, provider }: WebhookProvider,
  integration: Candidate,
  request: WebhookRequest,
): Promise<Verdict> {
  try {
    // A provider in JavaScript may answer with anything.
    const answer: unknown = await provider.verifyWebhookSignature(integration, request);
    return answer === true ? 'signed' : 'unsigned';
  } catch (error) {
    const facts = { provider: key, integration: integration?.id, error };
    logger.warn('The signature of a webhook could not be verified.', facts);
    return isOwnFailure(error) ? 'unknown' : 'unsigned';
  }
}

/** The signature is valid whomever it is about: nothing that cannot be found out loses the request. */
async function resolvedOfApplication(tools: Tools, to: WebhookProvider, request: WebhookRequest): Promise<Candidate> {
  const [id, another] = await resolved(tools, to, request);
  return id === undefined || another !== undefined ? null : tools.addressees.named(to.key, id);
}

/** Ids of who may be meant; none: the request does not tell. */
async function resolved(
  { addressees, maxCandidates, logger }: Tools,
  { key, provider }: WebhookProvider,
  request: WebhookRequest,
): Promise<readonly (Types.ObjectId | string)[]> {
  const find: IntegrationDirectory['find'] = (metadata) => addressees.described(key, metadata, maxCandidates);
  try {
    return [(await provider.resolveIntegration?.(request, { find })) ?? []].flat();
  } catch (error) {
    logger.warn('The integration of a webhook could not be resolved.', { provider: key, error });
    if (isOwnFailure(error)) throw notStored('The integration could not be resolved.', error);
    return [];
  }
}

function isOfApplication({ provider }: WebhookProvider): boolean {
  return provider.webhookSecretScope === 'application';
}

function ambiguous(message: string): IntegrationError {
  return new IntegrationError('WEBHOOK_AMBIGUOUS', message);
}
