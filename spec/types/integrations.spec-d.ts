/** What the compiler knows of an instance, and that asking it stays cheap: these forms once made it give up. */
import { createIntegrations, type Integrations, type IntegrationsOptions } from '../../lib/index.js';
import { localProvider } from '../support/local-provider.js';

declare const base: IntegrationsOptions;
declare const others: Partial<IntegrationsOptions>;

const provider = localProvider({ origin: 'https://api.example' });
const integrations = createIntegrations({ ...base, providers: { local: provider } });

export async function createIsTypedByTheProvider(): Promise<string> {
  const integration = await integrations.create({ provider: 'local', name: 'x', credentials: { token: 't' } });
  const { token } = await integration.getCredentials();
  return token;
}

export async function wrongInputIsRefused(): Promise<void> {
  // @ts-expect-error The provider's schema has no such credential.
  await integrations.create({ provider: 'local', name: 'x', credentials: { tokn: 't' } });
  // @ts-expect-error No such provider is registered.
  await integrations.create({ provider: 'lokal', name: 'x', credentials: { token: 't' } });
}

export const create = () => integrations.create({ provider: 'local', name: 'x', credentials: { token: 't' } });

/** An instance of certain providers is an instance of any, and types can be asked for in the usual ways. */
export const assignable = {
  anyInstance: integrations satisfies Integrations,
  mergedOptions: createIntegrations({ ...base, providers: { local: provider }, ...others }) satisfies Integrations,
  byReturnType: integrations satisfies ReturnType<typeof createIntegrations>,
  byProviders: integrations satisfies Integrations<{ local: typeof provider }>,
  factory: (() => createIntegrations({ ...base, providers: { local: provider } })) satisfies () => Integrations,
  created: undefined as Awaited<ReturnType<typeof create>> | undefined,
};
