import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { BoundSealer } from '../../credentials/bound-sealer.js';
import { isIntegrationError } from '../../errors.js';
import { integrationNotFound } from '../../integration-store/integration-id.js';
import { authorizationAnswer, checkError, checkIssuer, type AuthorizationAnswer } from './authorization-answer.js';
import { verifierBinding } from './begin-flow.js';
import type { ConnectionRow } from './connection-queries.js';
import { exchangeCode, type ExchangeParts } from './exchange-code.js';
import type { FlowCookies } from './flow-cookie.js';
import { flowFacts, type OAuthFlow } from './flow-store.js';
import { oauthProvider } from './oauth-provider.js';
import { hashOf } from './secrets.js';
import { stateInvalid } from './state-invalid.js';
import type { StateTokens } from './state-tokens.js';
import { documentWith, storeConnection, type StoreConnectionParts } from './store-connection.js';

/** With what a browser came back. */
export interface CompleteOAuthInput {
  /** Where, absolute and with its query, as the outside calls it. */
  readonly url: string;
  /** The `Cookie` header. */
  readonly cookie: string | null | undefined;
  /** Who it is: as when they began. */
  readonly user?: string | null;
}

/** A connection that was made. */
export interface CompletedOAuth {
  readonly integration: IntegrationDocument;
  /** What was asked for and not granted; none where the other side does not say. */
  readonly missingScopes: readonly string[];
  /** The `returnTo` with which it was begun. */
  readonly returnTo: string | null;
  /** A `Set-Cookie` header that ends the cookie of this sign-in. */
  readonly clearCookie: string;
}

export interface CompleteParts extends StoreConnectionParts, Pick<ExchangeParts, 'toStoredError' | 'knownSecrets'> {
  readonly states: StateTokens;
  readonly cookies: FlowCookies;
  readonly verifiers: BoundSealer;
}

/**
 * Takes the flow of an answer, and stores what its code is exchanged for. The order matters: whatever is wrong with an
 * answer, its flow is over, and nothing is asked for the code of one that is not right.
 */
export async function completeFlow(parts: CompleteParts, input: CompleteOAuthInput): Promise<CompletedOAuth> {
  try {
    return await complete(parts, input);
  } catch (error) {
    report(parts, error);
    throw error;
  }
}

async function complete(parts: CompleteParts, input: CompleteOAuthInput): Promise<CompletedOAuth> {
  const { cookies, registry, model, logger, events } = parts;
  const answer = authorizationAnswer(input.url);
  const flow = await takeFlow(parts, answer);
  checkBearer(parts, flow, answer, input);
  checkIssuer(flow, answer);
  checkError(flow, answer);
  const code = answer.code ?? '';
  if (code === '') throw stateInvalid('no code', flowFacts(flow));
  const before = await parts.queries.read(flow.integrationId);
  if (before === null) throw integrationNotFound(flow.integrationId);
  const provider = oauthProvider(registry, before.provider);
  const exchanging = documentWith(parts, before, before.tokens);
  const requestedScopes = provider.requestedScopes?.(exchanging) ?? [];
  const codeVerifier = await openVerifier(parts, flow);
  const { redirectUri, returnTo, issuer } = flow;
  const facts = flowFacts(flow);
  const exchange = { code, redirectUri, codeVerifier, issuer, iss: answer.iss, facts };
  const tokens = await exchangeCode(parts, provider, exchanging, exchange);
  const stored = await storeConnection(parts, { provider, before, answer: tokens, requestedScopes, facts });
  const missingScopes = missing(requestedScopes, tokens.scopes);
  tell(logger, stored, missingScopes);
  events.emit('oauthCompleted', () => ({ integration: model.hydrate(stored) }));
  return { integration: model.hydrate(stored), missingScopes, returnTo, clearCookie: cookies.clear(flow) };
}

/** Whatever comes of it, nobody takes it again. */
async function takeFlow({ states, flows }: CompleteParts, { state }: AuthorizationAnswer): Promise<OAuthFlow> {
  if (state === null) throw stateInvalid('no state');
  const id = await states.read(state);
  if (id === null) throw stateInvalid('not signed here');
  const flow = await flows.consume(hashOf(id));
  if (flow === null) throw stateInvalid('unknown, expired or used');
  return flow;
}

/** Who brings the answer must be who was sent for it, and where they were sent back to. */
function checkBearer(
  { cookies }: CompleteParts,
  flow: OAuthFlow,
  { redirectUri }: AuthorizationAnswer,
  { cookie = null, user = null }: CompleteOAuthInput,
): void {
  if (!cookies.isSent(flow, cookie)) throw stateInvalid('another browser', flowFacts(flow));
  if (flow.user !== user) throw stateInvalid('another user', flowFacts(flow));
  if (flow.redirectUri !== redirectUri) throw stateInvalid('another redirect URI', flowFacts(flow));
}

async function openVerifier({ verifiers }: CompleteParts, { _id, codeVerifier }: OAuthFlow): Promise<string> {
  const place = { binding: verifierBinding(_id), what: 'PKCE verifier', details: {} };
  return new TextDecoder().decode(await verifiers.open(place, codeVerifier));
}

function missing(requested: readonly string[], granted: readonly string[] | null | undefined): readonly string[] {
  return granted === null || granted === undefined ? [] : requested.filter((scope) => !granted.includes(scope));
}

function tell(logger: CompleteParts['logger'], row: ConnectionRow, missingScopes: readonly string[]): void {
  const facts = { integrationId: row._id.toHexString(), provider: row.provider };
  logger.info('An integration was connected.', facts);
  if (missingScopes.length > 0)
    logger.warn('A connection was not granted all that it asked for.', { ...facts, missingScopes });
}

function report({ logger }: CompleteParts, error: unknown): void {
  if (!isIntegrationError(error)) return;
  logger.warn('A connection was not completed.', { code: error.code, ...error.details });
}
