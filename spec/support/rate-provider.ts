import { defineProvider, RateLimit } from '../../lib/index.js';

export interface RateProviderSettings {
  readonly origin: string;
  readonly limit: number;
  readonly windowMs: number;
  readonly kind: 'fixed' | 'sliding' | 'aligned';
}

/** A provider whose API has such a limit. */
export function rateProvider({ origin, limit, windowMs, kind }: RateProviderSettings) {
  const fixed = RateLimit.per(limit, windowMs / 1_000);
  const rateLimit = { fixed, sliding: fixed.sliding(), aligned: fixed.aligned() }[kind];
  return defineProvider({
    name: 'Limited API',
    credentialSchema: { type: 'object' },
    metadataSchema: { type: 'object' },
    http: { baseUrl: origin },
    defaultRateLimit: () => rateLimit,
  });
}
