import { createHash } from 'node:crypto';
import { createRecentValues } from '../recent-values.js';

const mostKeys = 1_000;

/**
 * Names the gates of application keys. The key itself is stored nowhere: only a hash of it, with the provider's
 * registry key, because two providers may use the same.
 */
export function createApplicationGateIds(): (provider: string, applicationKey: string) => string {
  const known = createRecentValues<string>(mostKeys);
  return (provider, applicationKey) => {
    // Registry keys hold no colon.
    const text = `${provider}:${applicationKey}`;
    const id = known.get(text) ?? `key:${createHash('sha256').update(text).digest('hex')}`;
    known.set(text, id);
    return id;
  };
}
