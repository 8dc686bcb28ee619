import { hasOAuth2 } from '../../providers/capabilities.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import type { JobDefinition } from '../types/job-queue.js';
import type { OAuthSettings } from '../types/oauth-settings.js';
import { refreshAhead, type RefreshAheadParts } from './refresh-ahead.js';

export interface RefreshJobParts extends RefreshAheadParts {
  readonly registry: Pick<ProviderRegistry, 'registered' | 'get'>;
  readonly settings: Pick<OAuthSettings, 'refreshEverySeconds'>;
}

/** The job that refreshes tokens ahead of their expiry, as it is stored and shown on the dashboard. */
export const refreshJobName = 'integrations.refresh-tokens';

export function refreshJob(parts: RefreshJobParts): JobDefinition {
  const { registry, settings } = parts;
  return {
    name: refreshJobName,
    concurrency: 1,
    everySeconds: settings.refreshEverySeconds,
    isWanted: () => registry.registered().some((key) => hasOAuth2(registry.get(key).provider)),
    async run(_data, { signal }) {
      await refreshAhead(parts, signal);
    },
  };
}
