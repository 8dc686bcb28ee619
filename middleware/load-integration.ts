import type { Request, RequestHandler } from 'express';
import { defaultInstance } from '../lib/instance/default-instance.js';
import { IntegrationError } from '../lib/errors.js';
import type { Integrations } from '../lib/instance/services.js';
import type { PolymorphicTarget } from '../lib/types/polymorphic.js';
import { findLoadable } from './find-loadable.js';
import { rememberIntegration } from './integration-of.js';

/** Gives what is wanted for one request. */
export type PerRequest<T> = (req: Request) => T | PromiseLike<T>;

export interface LoadIntegrationOptions {
  /**
   * Whose integration it must be: a Mongoose document, its model name and id, or a function that gives one of them. A
   * function that gives nothing means a request of nobody: it raises `OWNER_MISSING`. Default: null, integrations that
   * nobody owns.
   */
  readonly owner?: PolymorphicTarget | null | PerRequest<PolymorphicTarget | null | undefined>;
  /** The name it must have. A function may give what the request says: anything but text matches nothing. */
  readonly name?: string | PerRequest<unknown>;
  /** The id it must have, beside all else: text or ObjectId. Anything else matches nothing. */
  readonly id?: string | object | PerRequest<unknown>;
  /** Default: the only open instance when a request arrives. */
  readonly integrations?: Pick<Integrations, 'models' | 'providers'>;
}

/**
 * Loads the active integration of a provider for the handlers behind it, where `integrationOf(req)` gives it.
 *
 *     app.get('/issues', loadIntegration('github', { owner: (req) => req.user }), listIssues);
 *
 * The request fails with `PROVIDER_UNKNOWN`, `OWNER_MISSING`, `INTEGRATION_AMBIGUOUS` where several match, or
 * `INTEGRATION_NOT_FOUND` where none does: the answer does not tell whether it is someone else's, inactive or not
 * there.
 *
 * @param provider Registry key.
 */
export function loadIntegration(provider: string, options: LoadIntegrationOptions = {}): RequestHandler {
  return async function loadIntegration(req, _res, next) {
    const integrations = options.integrations ?? defaultInstance();
    // Whoever asks: a provider that is not registered is a mistake in the application.
    integrations.providers.get(provider);
    const owner = await ownerOf(req, options);
    const integration = await findLoadable(integrations, {
      provider,
      owner,
      ...('name' in options && { name: await valueOf(req, options.name) }),
      ...('id' in options && { id: await valueOf(req, options.id) }),
    });
    rememberIntegration(req, integration);
    next();
  };
}

/** An option that is there but gives nothing must not widen the search to what belongs to nobody. */
async function ownerOf(req: Request, options: LoadIntegrationOptions): Promise<PolymorphicTarget | null> {
  if (!('owner' in options) || options.owner === null) return null;
  const owner = await valueOf(req, options.owner);
  if (owner !== undefined && owner !== null && !isWithoutId(owner)) return owner;
  throw new IntegrationError('OWNER_MISSING', 'This request has no owner.');
}

/** As in `{ type: 'User', id: req.session.userId }` before anybody has logged in. */
function isWithoutId(owner: unknown): boolean {
  if (typeof owner !== 'object' || owner === null || '_id' in owner || !('id' in owner)) return false;
  return owner.id === undefined || owner.id === null;
}

async function valueOf<T>(req: Request, option: T | PerRequest<T>): Promise<T> {
  return isPerRequest(option) ? option(req) : option;
}

function isPerRequest<T>(option: T | PerRequest<T>): option is PerRequest<T> {
  return typeof option === 'function';
}
