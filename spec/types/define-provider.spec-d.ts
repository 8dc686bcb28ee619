/** What the compiler accepts and refuses of providers: checked by `tsc`, never run. */
import type { Connection } from 'mongoose';
import { expectTypeOf } from 'vitest';
import { createIntegrations } from '../../lib/integrations.js';
import type { Integrations } from '../../lib/instance/services.js';
import {
  defineProvider,
  type CredentialsInputOf,
  type CredentialsOf,
  type IntegrationOf,
  type MetadataInputOf,
  type MetadataOf,
} from '../../providers/define-provider.js';
import type {
  AnyProvider,
  AuthorizeFacts,
  CapabilityContracts,
  CapabilityName,
  HandlesWebhooks,
  HasHealthCheck,
  HasIncrementalSync,
  IntegrationProvider,
  OutgoingRequest,
  ProviderCapabilities,
  SupportsIdempotency,
} from '../../providers/contracts.js';
import { bearer } from '../../providers/authorize.js';
import { hasHealthCheck, hasIncrementalSync, supportsIdempotency } from '../../providers/capabilities.js';
import type { JsonSchema, PlainObject } from '../../lib/types/json.js';
import type { IntegrationDocument } from '../../schemas/integration.js';
import type { SyncSession } from '../../lib/types/sync-session.js';
import type { WebhookRequest } from '../../lib/types/webhook-request.js';

// Schemas keep their literal types without `as const`.
export const acme = defineProvider({
  name: 'Acme',
  credentialSchema: {
    type: 'object',
    properties: { token: { type: 'string' }, region: { enum: ['eu', 'us'], default: 'eu' } },
    required: ['token'],
    additionalProperties: false,
  },
  metadataSchema: {
    type: 'object',
    properties: { account: { type: 'integer' } },
    required: ['account'],
    additionalProperties: false,
  },
  http: {
    baseUrl: (metadata) => `https://${metadata.account.toFixed()}.acme.example`,
    authorize: (request, { credentials, integration }) => {
      expectTypeOf(credentials.region).toEqualTypeOf<'eu' | 'us'>();
      expectTypeOf(integration.getMetadata()).toEqualTypeOf<{ account: number }>();
      // @ts-expect-error the schema has no such member
      expectTypeOf(credentials.secret);
      return bearer(request, credentials.token);
    },
  },
  async healthCheck(integration) {
    const { token } = await integration.getCredentials();
    expectTypeOf(token).toEqualTypeOf<string>();
    expectTypeOf(this.name).toEqualTypeOf<'Acme'>();
    return true;
  },
  webhookHandlers() {
    return { paid: (integration) => integration?.getMetadata().account };
  },
});

expectTypeOf<CredentialsOf<typeof acme>>().toEqualTypeOf<{ token: string; region: 'eu' | 'us' }>();
expectTypeOf<CredentialsInputOf<typeof acme>>().toEqualTypeOf<{ token: string; region?: 'eu' | 'us' }>();
expectTypeOf<MetadataOf<typeof acme>>().toEqualTypeOf<{ account: number }>();
expectTypeOf<MetadataInputOf<typeof acme>>().toEqualTypeOf<{ account: number }>();
expectTypeOf<IntegrationOf<typeof acme>>().toEqualTypeOf<
  IntegrationDocument<CredentialsOf<typeof acme>, { account: number }>
>();

// What is there is known to be there, what is not is not.
expectTypeOf(acme.healthCheck).toBeFunction();
// @ts-expect-error acme has no syncs
expectTypeOf(acme.sync);

// Creating an integration infers its credentials and metadata from the key of the provider.
const plain = defineProvider({
  name: 'Plain',
  credentialSchema: { type: 'object' },
  metadataSchema: { type: 'object' },
});
declare const connection: Connection;
const { create } = createIntegrations({ connection, encryptionKeys: [], providers: { acme, plain } });
const created = await create({ provider: 'acme', name: 'One', credentials: { token: 'x' }, metadata: { account: 1 } });
expectTypeOf(created.getMetadata()).toEqualTypeOf<{ account: number }>();
await create({ provider: 'plain', name: 'Two', credentials: { anything: 1 } });
// @ts-expect-error unknown provider
await create({ provider: 'other', name: 'Three', credentials: {} });
// @ts-expect-error wrong type
await create({ provider: 'acme', name: 'Three', credentials: { token: 1 }, metadata: { account: 1 } });
// @ts-expect-error unknown member
await create({ provider: 'acme', name: 'Three', credentials: { token: 'x', user: 'y' }, metadata: { account: 1 } });
// @ts-expect-error a member is missing
await create({ provider: 'acme', name: 'Three', credentials: {}, metadata: { account: 1 } });
// @ts-expect-error metadata of another shape
await create({ provider: 'acme', name: 'Three', credentials: { token: 'x' }, metadata: { account: 'one' } });

// Data classes decide over schemas.
class Account {
  constructor(readonly id: number) {}
  static from(payload: unknown): Account {
    return new Account(Number(payload));
  }
}
export const withClass = defineProvider({
  name: 'Acme',
  credentialSchema: { type: 'object', properties: { token: { type: 'string' } }, required: ['token'] },
  metadataSchema: { type: 'object' },
  metadataDataClass: Account,
  http: { baseUrl: (metadata) => `https://${metadata.id.toFixed()}.acme.example` },
});
expectTypeOf<MetadataOf<typeof withClass>>().toEqualTypeOf<Account>();
expectTypeOf<MetadataInputOf<typeof withClass>>().toEqualTypeOf<Record<string, unknown>>();

// A schema whose type says nothing gives plain objects.
declare const unknownSchema: JsonSchema;
const dynamic = defineProvider({ name: 'Dynamic', credentialSchema: unknownSchema, metadataSchema: unknownSchema });
expectTypeOf<CredentialsOf<typeof dynamic>>().toEqualTypeOf<PlainObject>();
expectTypeOf<CredentialsInputOf<AnyProvider>>().toEqualTypeOf<PlainObject>();

// A class implements several contracts, with types of its own choice, interfaces included.
interface Key {
  key: string;
}
interface Settings {
  team?: string;
}
const keySchema = {
  type: 'object',
  properties: { key: { type: 'string' } },
  required: ['key'],
  additionalProperties: false,
} as const satisfies JsonSchema;
class Crm
  implements
    IntegrationProvider<Key, Settings>,
    HasIncrementalSync<Key, Settings>,
    HasHealthCheck<Key, Settings>,
    HandlesWebhooks<Key, Settings>
{
  readonly name = 'CRM';
  readonly credentialSchema = keySchema;
  readonly metadataSchema: JsonSchema = { type: 'object' };
  readonly http = {
    baseUrl: (settings: Settings) => `https://${settings.team ?? 'www'}.crm.example`,
    authorize: (request: OutgoingRequest, { credentials }: AuthorizeFacts<Key, Settings>) =>
      bearer(request, credentials.key),
  };
  async sync(integration: IntegrationDocument<Key, Settings>, session: SyncSession): Promise<void> {
    await this.syncIncremental(integration, session);
  }
  async syncIncremental(_integration: IntegrationDocument<Key, Settings>, session: SyncSession): Promise<void> {
    await session.dispatch({ name: 'crm.contact', payload: {} });
  }
  defaultSyncInterval(): number {
    return 5;
  }
  defaultRateLimit(): null {
    return null;
  }
  reduceCheckpoints(values: readonly unknown[]): unknown {
    return values.at(-1);
  }
  async healthCheck(integration: IntegrationDocument<Key, Settings>): Promise<boolean> {
    return (await integration.getCredentials()).key !== '';
  }
  async handleWebhook(): Promise<void> {
    await Promise.resolve();
  }
  verifyWebhookSignature(_integration: IntegrationDocument<Key, Settings> | null, request: WebhookRequest): boolean {
    return request.rawBody.length > 0;
  }
  resolveWebhookEvent(): string | null {
    return null;
  }
  webhookHandlers() {
    return { paid: (integration: IntegrationDocument<Key, Settings> | null) => integration?.getMetadata().team };
  }
  webhookDeliveryId(): string | null {
    return null;
  }
}
export const providers: readonly AnyProvider[] = [new Crm(), acme, withClass, dynamic];
expectTypeOf<CredentialsOf<Crm>>().toEqualTypeOf<PlainObject>();

// An instance that goes through defineProvider brings its types along.
class Shop implements IntegrationProvider<Key>, HasHealthCheck<Key> {
  readonly name = 'Shop';
  readonly credentialSchema = keySchema;
  readonly metadataSchema = { type: 'object' } as const;
  async healthCheck(integration: IntegrationDocument<Key>): Promise<boolean> {
    return (await integration.getCredentials()).key !== '';
  }
}
export const shop = defineProvider(new Shop());
expectTypeOf<CredentialsOf<typeof shop>>().toEqualTypeOf<{ key: string }>();
expectTypeOf<CredentialsInputOf<typeof shop>>().toEqualTypeOf<{ key: string }>();
expectTypeOf(shop.healthCheck).toBeFunction();

// However many providers an instance knows, it is an instance of providers that nobody knows.
expectTypeOf(
  createIntegrations({ connection, encryptionKeys: [], providers: { acme, shop } }),
).toExtend<Integrations>();
expectTypeOf<ReturnType<typeof createIntegrations>>().toExtend<Integrations>();

// @ts-expect-error `sync` is missing
class Half implements HasIncrementalSync {
  async syncIncremental(): Promise<void> {
    await Promise.resolve();
  }
  defaultSyncInterval(): number {
    return 5;
  }
  defaultRateLimit(): null {
    return null;
  }
  reduceCheckpoints(): unknown {
    return null;
  }
}
export { Half };

// Plain objects satisfy contracts too.
export const health = { healthCheck: () => Promise.resolve(true) } satisfies HasHealthCheck;

// What a provider says wrong.
// @ts-expect-error the schemas are missing
defineProvider({ name: 'Acme' });
defineProvider({
  name: 'Acme',
  // @ts-expect-error no type of JSON Schema
  credentialSchema: { type: 'text' },
  metadataSchema: { type: 'object' },
});
defineProvider({
  name: 'Acme',
  credentialSchema: { type: 'object' },
  metadataSchema: { type: 'object' },
  // @ts-expect-error a boolean is expected, later
  healthCheck: () => 'fine',
});
// @ts-expect-error the marker is `true`
export const marker = { supportsIdempotency: 'yes' } satisfies SupportsIdempotency;

// Guards narrow a provider whose capabilities are unknown; any integration may be handed to it.
declare const some: AnyProvider;
declare const integration: IntegrationDocument;
// @ts-expect-error it may have none
void some.healthCheck(integration);
if (hasHealthCheck(some)) void some.healthCheck(integration);
if (supportsIdempotency(some)) expectTypeOf(some.supportsIdempotency).toEqualTypeOf<true>();
if (hasIncrementalSync(some)) void some.defaultSyncInterval();

// The intersection of the contracts and the list of them agree.
type Missing = {
  [Name in CapabilityName]: ProviderCapabilities extends CapabilityContracts[Name] ? never : Name;
}[CapabilityName];
expectTypeOf<Missing>().toEqualTypeOf<never>();
