import { hasOAuth2 } from '../../providers/capabilities.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import type { IntegrationDocument } from '../../schemas/integration.js';

export interface ReconnectParts {
  readonly registry: Pick<ProviderRegistry, 'find'>;
  readonly publicUrl: string | null;
  readonly basePath: string;
}

/**
 * Where the user of an integration connects it again. Null: not by OAuth, no user has to, or the option `publicUrl` is
 * not given.
 */
export type ReconnectUrl = (integration: Pick<IntegrationDocument, '_id' | 'provider'>) => string | null;

export function createReconnectUrl({ registry, publicUrl, basePath }: ReconnectParts): ReconnectUrl {
  return ({ _id, provider: key }) => {
    const provider = registry.find(key)?.provider;
    if (publicUrl === null || provider === undefined || !hasOAuth2(provider)) return null;
    if (provider.connectsWithoutUser === true) return null;
    return `${publicUrl}${basePath}/${_id.toHexString()}/oauth/authorize`;
  };
}
