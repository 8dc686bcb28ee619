import { Router, type Request, type RequestHandler, type Response } from 'express';
import { IntegrationError } from '../lib/errors.js';
import { integrationId } from '../lib/integration-store/integration-id.js';
import type { OAuthRouting, OAuthService } from '../lib/oauth/connect/create-connections.js';
import type { LoggerLike } from '../lib/types/logger.js';
import { allowOnly } from './allow-only.js';
import { createGuardCheck, type Guard, type GuardCheck } from './guard.js';
import { answerOAuthFailure, asksForJson, redirect, wantsPage } from './oauth-failure.js';
import { sendPage, type OAuthPage } from './oauth-page.js';
import { isSameOrigin } from './same-origin.js';

/** Who may connect and disconnect, and who it is. */
export interface OAuthRouteOptions {
  /**
   * Whether whoever sends a request may do that to that integration; asked with the actions `oauth.authorize` and
   * `oauth.revoke`. Without one both are answered with 403.
   */
  readonly guard?: Guard | undefined;
  /**
   * Who sends the request, e.g. `(req) => req.user?.id`; null, undefined: nobody. Who comes back must be who was sent.
   * Default: anybody, in the same browser.
   */
  readonly user?: ((req: Request) => string | null | undefined | PromiseLike<string | null | undefined>) | undefined;
}

/** What the routes need of an instance. */
export interface OAuthRoutedInstance {
  readonly oauth: OAuthService & OAuthRouting;
  readonly logger: LoggerLike;
}

interface Routing extends OAuthRoutedInstance {
  readonly checkGuard: GuardCheck;
  /** @throws IntegrationError `OPTIONS_INVALID` */
  userOf(req: Request): Promise<string | null>;
}

/** Connects and disconnects integrations: redirects, pages, and problem documents for who asks for JSON. */
export function oauthRoutes(instance: OAuthRoutedInstance, { guard, user }: OAuthRouteOptions): Router {
  const routing: Routing = {
    ...instance,
    checkGuard: createGuardCheck(guard, () => instance.logger),
    userOf: async (req) => checkedUser(await user?.(req)),
  };
  const router = Router();
  router.use(function hideReferrer(_req, res, next) {
    // The URLs of these routes hold codes.
    res.set('referrer-policy', 'no-referrer');
    next();
  });
  router
    .route('/:id/oauth/authorize')
    .get(ofIntegration('oauth.authorize', routing, authorize))
    .all(allowOnly('GET'));
  router
    .route('/:id/oauth/revoke')
    .post(ofIntegration('oauth.revoke', routing, revoke))
    .all(allowOnly('POST'));
  const callback: RequestHandler = (req, res) => comeBack(routing, req, res);
  router.route(['/oauth/callback', '/oauth/callback/:provider']).get(onlyGet, callback).all(allowOnly('GET'));
  router.use(answerOAuthFailure(instance));
  return router;
}

type Handler = (routing: Routing, id: string, req: Request, res: Response) => Promise<void>;

/** The guard is asked first: whom it refuses learns nothing, not even whether there is such an integration. */
function ofIntegration(action: string, routing: Routing, handle: Handler): RequestHandler<{ id: string }> {
  return async function ofIntegration(req, res, next) {
    const id = integrationId(req.params.id)?.toHexString();
    if (id === undefined) {
      next('route');
      return;
    }
    if (req.method === 'HEAD') throw methodNotAllowed(res, 'GET');
    await routing.checkGuard(req, { action, integration: id });
    await handle(routing, id, req, res);
  };
}

const authorize: Handler = async function authorize({ oauth, userOf }, id, req, res) {
  const { url, setCookies } = await oauth.begin(id, {
    user: await userOf(req),
    returnTo: returnToOf(req),
    routesUrl: originOf(oauth, req) + req.baseUrl,
    cookie: req.headers.cookie ?? null,
  });
  res.append('set-cookie', [...setCookies]);
  redirect(res, url);
};

const revoke: Handler = async function revoke({ oauth }, id, req, res) {
  if (!isSameOrigin(req)) throw new IntegrationError('ACTION_FORBIDDEN', 'The request comes from another origin.');
  const given = returnToOf(req);
  const returnTo = given === null ? null : oauth.checkedReturnTo(given);
  const { name } = await oauth.revoke(id);
  answer(req, res, {
    location: returnTo ?? oauth.successPath,
    summary: { status: 'revoked', integrationId: id },
    page: { title: 'Disconnected', paragraphs: [`${name} is disconnected.`], link: null },
  });
};

async function comeBack({ oauth, userOf }: Routing, req: Request, res: Response): Promise<void> {
  const url = originOf(oauth, req) + req.baseUrl + req.path + queryOf(req);
  const completed = await oauth.complete({ url, cookie: req.headers.cookie, user: await userOf(req) });
  const { integration, missingScopes, returnTo, clearCookie } = completed;
  res.append('set-cookie', clearCookie);
  const notGranted = missingScopes.length === 0 ? [] : [`Not granted: ${missingScopes.join(', ')}`];
  answer(req, res, {
    location: returnTo ?? oauth.successPath,
    summary: { status: 'connected', integrationId: integration.id, missingScopes },
    page: { title: 'Connected', paragraphs: [`${integration.name} is connected.`, ...notGranted], link: null },
  });
}

/** What has succeeded, for whoever is told. */
interface Success {
  /** Null: nowhere. */
  readonly location: string | null;
  readonly summary: object;
  readonly page: OAuthPage;
}

function answer(req: Request, res: Response, { location, summary, page }: Success): void {
  if (asksForJson(req)) res.json(summary);
  else if (location !== null) redirect(res, location);
  else if (wantsPage(req)) sendPage(res, 200, page);
  else res.json(summary);
}

/** Express answers HEAD as it answers GET; here that would begin something, or use it up. */
const onlyGet: RequestHandler = function onlyGet(req, res, next) {
  next(req.method === 'GET' ? undefined : methodNotAllowed(res, 'GET'));
};

function methodNotAllowed(res: Response, allowed: string): IntegrationError {
  res.set('allow', allowed);
  return new IntegrationError('METHOD_NOT_ALLOWED', `Allowed here: ${allowed}.`);
}

/** As the outside knows it. Whose word on host and protocol is taken is the application's `trust proxy`. */
function originOf({ publicUrl }: OAuthRouting, { protocol, host }: Request): string {
  return publicUrl ?? `${protocol}://${host}`;
}

/** As it was sent: the application may have a query parser of its own. */
function queryOf({ originalUrl }: Request): string {
  return /\?.*$/s.exec(originalUrl)?.[0] ?? '';
}

/** More than one is none that could be meant. */
function returnToOf(req: Request): string | null {
  const given = new URLSearchParams(queryOf(req)).getAll('returnTo');
  return given.length > 1 ? '' : (given[0] ?? null);
}

/** Two objects could look the same as text: nobody but a text is somebody. */
function checkedUser(user: unknown): string | null {
  if (user === undefined || user === null || (typeof user === 'string' && user !== '')) return user ?? null;
  throw new IntegrationError('OPTIONS_INVALID', 'integrationsRouter({ user }) must give a text, or nothing.', {
    details: { path: 'user' },
  });
}
