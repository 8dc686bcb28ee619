import { IntegrationError } from '../lib/errors.js';
import type { AnyProvider, ProviderMap } from './contracts.js';
import { registeredProvider, type RegisteredProvider } from './registered-provider.js';
import { validateProvider } from './validate-provider.js';

/** The providers that one instance knows. */
export interface ProviderRegistry {
  /**
   * Adds a provider, in place of an earlier one of that key. Keys are lower-case letters, digits and hyphens.
   *
   * @throws IntegrationError `PROVIDER_INVALID`.
   */
  register(key: string, provider: AnyProvider): void;
  /**
   * Adds providers where the application has none of its own under a key, registered before or after. Of two defaults
   * the first wins. They are looked at, and validated, when a provider is first asked for.
   */
  registerDefaults(defaults: ProviderMap | (() => ProviderMap)): void;
  has(key: string): boolean;
  /** The keys: the application's own in the order they were added, then the defaults. */
  registered(): readonly string[];
  /** @throws IntegrationError `PROVIDER_UNKNOWN`. */
  get(key: string): RegisteredProvider;
  /** Null where the key is not registered. */
  find(key: string): RegisteredProvider | null;
}

/** Makes an empty registry. */
export function createProviderRegistry(): ProviderRegistry {
  const own = new Map<string, RegisteredProvider>();
  const defaults = new Map<string, RegisteredProvider>();
  const unresolved: (ProviderMap | (() => ProviderMap))[] = [];

  function add(to: Map<string, RegisteredProvider>, key: string, provider: AnyProvider): void {
    to.set(key, registeredProvider(key, validateProvider(key, provider)));
  }

  function resolveDefaults(): void {
    for (let next = unresolved[0]; next !== undefined; next = unresolved[0]) {
      const entries = Object.entries(typeof next === 'function' ? next() : next);
      for (const [key, provider] of entries) {
        if (!own.has(key) && !defaults.has(key)) add(defaults, key, provider);
      }
      // Only now: invalid defaults are reported every time, not merely the first.
      unresolved.shift();
    }
  }

  function find(key: string): RegisteredProvider | null {
    const known = own.get(key);
    if (known !== undefined) return known;
    resolveDefaults();
    return defaults.get(key) ?? null;
  }

  return {
    register: (key, provider) => add(own, key, provider),
    registerDefaults: (map) => void unresolved.push(map),
    has: (key) => find(key) !== null,
    registered() {
      resolveDefaults();
      return [...new Set([...own.keys(), ...defaults.keys()])];
    },
    get: (key) => find(key) ?? unknownProvider(key),
    find,
  };
}

function unknownProvider(key: string): never {
  throw new IntegrationError('PROVIDER_UNKNOWN', `Integration provider '${key}' is not registered.`, {
    details: { provider: key },
  });
}
