import { calculatePKCECodeChallenge, randomPKCECodeVerifier } from 'openid-client';
import { hasOAuth2 } from '../../../providers/capabilities.js';
import type { AuthorizationIssuer } from '../../../providers/contracts.js';
import type { ProviderRegistry } from '../../../providers/registry.js';
import type { IntegrationDocument, IntegrationModel } from '../../../schemas/integration.js';
import { runWithin } from '../../context.js';
import type { BoundSealer } from '../../credentials/bound-sealer.js';
import { IntegrationError } from '../../errors.js';
import { integrationIdentity } from '../../integration-identity.js';
import { storedIntegration } from '../../integration-store/integration-document.js';
import type { OAuthSettings } from '../../types/oauth-settings.js';
import type { IdOrDocument } from '../../types/polymorphic.js';
import { checkedAuthorizationUrl } from './authorization-url.js';
import type { FlowCookies } from './flow-cookie.js';
import type { FlowStore } from './flow-store.js';
import { isConnectedByUsers, needsNoUser, oauthProvider, type ConnectingProvider } from './oauth-provider.js';
import type { ReturnAddresses } from './return-to.js';
import { hashOf, randomSecret } from './secrets.js';
import type { StateTokens } from './state-tokens.js';

/** How a user connects an integration. */
export interface BeginOAuthInput {
  /** Who it is, as the application calls them: the same one has to come back. Default: anybody, in that browser. */
  readonly user?: string | null;
  /** Where they go afterwards: a path of the application, or a URL of an origin in `oauth.returnTo`. */
  readonly returnTo?: string | null;
  /** Where the browser comes back, absolute. Default: the route of the provider. */
  readonly redirectUri?: string;
  /** Where the routes are, absolute. Default: `publicUrl` and `basePath`. */
  readonly routesUrl?: string;
  /** The `Cookie` header of their request. */
  readonly cookie?: string | null;
}

/** Where the browser is to be sent, and with what. */
export interface BegunOAuth {
  /** Of the other side. Send it with `Cache-Control: no-store`: it is for this browser, once. */
  readonly url: string;
  /** `Set-Cookie` headers: without them, nobody can come back. */
  readonly setCookies: readonly string[];
}

export interface BeginParts {
  readonly model: IntegrationModel;
  readonly registry: Pick<ProviderRegistry, 'get' | 'registered'>;
  readonly flows: FlowStore;
  readonly states: StateTokens;
  readonly cookies: FlowCookies;
  readonly returnAddresses: ReturnAddresses;
  readonly sealer: BoundSealer;
  readonly settings: Pick<OAuthSettings, 'sharedCallback'>;
  readonly publicUrl: string | null;
  readonly basePath: string;
}

/** What the verifier of a flow is sealed for. */
export function verifierBinding(flowId: string): string {
  return `oauth-flow/${flowId}`;
}

/** Remembers what a user is about to do, and gives the URL at which they do it. */
export async function beginFlow(parts: BeginParts, target: IdOrDocument, input: BeginOAuthInput): Promise<BegunOAuth> {
  const { model, registry, flows, states, cookies, returnAddresses } = parts;
  const integration = await storedIntegration(model, target);
  const provider = oauthProvider(registry, integration.provider);
  if (!isConnectedByUsers(provider)) throw needsNoUser(integration.provider);
  const { user = null, returnTo = null, cookie = null } = input;
  const destination = returnTo === null ? null : returnAddresses.checked(returnTo);
  const issuer = (await provider.authorizationIssuer?.(integration)) ?? null;
  const redirectUri = checkedRedirectUri(input.redirectUri ?? ownRedirectUri(parts, integration.provider, input));
  const [id, secret, codeVerifier] = [randomSecret(), randomSecret(), randomPKCECodeVerifier()];
  const _id = hashOf(id);
  const state = await states.sign(id);
  const url = await authorizationUrl(provider, integration, { redirectUri, state, codeVerifier });
  const { sealed } = await parts.sealer.seal(verifierBinding(_id), Buffer.from(codeVerifier));
  await flows.begin({
    ...{ _id, integrationId: integration._id, provider: integration.provider, user, redirectUri },
    ...{ browserHash: hashOf(secret), codeVerifier: sealed, returnTo: destination },
    ...{ issuer: issuer?.issuer ?? null, requiresIssuer: requiresIssuer(parts, integration.provider, issuer) },
  });
  return { url, setCookies: cookies.set({ _id, redirectUri, secret }, cookie) };
}

interface Request {
  readonly redirectUri: string;
  readonly state: string;
  readonly codeVerifier: string;
}

async function authorizationUrl(
  provider: ConnectingProvider,
  integration: IntegrationDocument,
  { redirectUri, state, codeVerifier }: Request,
): Promise<string> {
  const codeChallenge = await calculatePKCECodeChallenge(codeVerifier);
  const url: unknown = await runWithin({ integration: integrationIdentity(integration) }, () =>
    provider.authorizationUrl(integration, redirectUri, state, { codeChallenge }),
  );
  return checkedAuthorizationUrl(url, integration.provider, { redirectUri, state, codeChallenge });
}

/**
 * A path for each provider: whose answer comes there cannot be passed off as another's, also where it does not say
 * whose it is (RFC 9700, section 4.4.2.2).
 */
function ownRedirectUri(parts: BeginParts, provider: string, { routesUrl }: BeginOAuthInput): string {
  const { publicUrl, basePath, settings } = parts;
  const routes = routesUrl ?? (publicUrl === null ? null : publicUrl + basePath);
  if (routes === null) throw invalidOption('publicUrl', 'is needed to begin a connection without a `redirectUri`');
  return settings.sharedCallback ? `${routes}/oauth/callback` : `${routes}/oauth/callback/${provider}`;
}

/** On one path for all, nothing else tells whose an answer is. */
function requiresIssuer(parts: BeginParts, key: string, issuer: AuthorizationIssuer | null): boolean {
  const { registry, settings } = parts;
  if (issuer?.isAlwaysSent === true) return true;
  const others = registry.registered().filter((other) => other !== key && hasOAuth2(registry.get(other).provider));
  if (!settings.sharedCallback || others.length === 0) return false;
  if (issuer !== null) return true;
  throw invalidOption('oauth.sharedCallback', `is for providers with an authorizationIssuer(); '${key}' has none`);
}

const local = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Without TLS, others read the code on its way (RFC 9700, section 2.6), and browsers refuse the cookie. */
function checkedRedirectUri(redirectUri: string): string {
  if (!URL.canParse(redirectUri)) throw invalidOption('redirectUri', 'must be an absolute URL');
  const { protocol, hostname, search, hash } = new URL(redirectUri);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && local.test(hostname));
  if (!isSafe) throw invalidOption('publicUrl', 'must begin with https://, but for localhost; see also `trust proxy`');
  if (search !== '' || hash !== '') throw invalidOption('redirectUri', 'has neither a query nor a fragment');
  return redirectUri;
}

function invalidOption(path: string, what: string): IntegrationError {
  return new IntegrationError('OPTIONS_INVALID', `${path} ${what}.`, { details: { path } });
}
