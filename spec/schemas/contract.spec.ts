import mongoose, { type Schema } from 'mongoose';
import { describe, expect, it } from 'vitest';
import * as testing from '../../lib/testing/index.js';
import contract from '../support/contract.json' with { type: 'json' };
import { detachedModels } from '../support/detached-models.js';
import { interfacesOf } from '../support/interfaces-of.js';

/** What the contract says of one kind of document. */
interface DocumentContract {
  readonly collection: string;
  readonly fields: readonly string[];
  readonly methods: readonly string[];
  readonly statics: readonly string[];
  readonly queryHelpers: readonly string[];
  readonly virtuals: readonly string[];
  readonly unique: readonly (readonly string[])[];
  readonly indexes?: readonly (readonly string[])[];
  readonly embedded?: Readonly<Record<string, readonly string[]>>;
  readonly maxLength?: Readonly<Record<string, number>>;
  readonly statuses?: readonly string[];
}

const documents: Readonly<Record<string, DocumentContract>> = contract.documents;
const models = detachedModels();
type ModelName = keyof typeof models;

/** Names of the contract that later versions bring. What exists does not belong here. */
const arrivesLater: Partial<Record<ModelName, readonly string[]>> = {};

/** Names that this package adds to the contract. */
interface Additions {
  readonly fields?: readonly string[];
  readonly methods?: readonly string[];
  readonly queryHelpers?: readonly string[];
  readonly unique?: readonly (readonly string[])[];
}

const additions: Partial<Record<ModelName, Additions>> = {
  Integration: {
    fields: [
      ...['credentialVersion', 'sealedWith', 'staleSince', 'authenticatedUser', 'failureRateElevatedSince'],
      ...['syncCron', 'syncTimeZone', 'syncPausedAt', 'consecutiveSyncFailures', 'lastSyncRunId'],
      ...['tokenExpiresAt', 'tokenRefreshAt', 'tokenRefresh', 'grantEndedAt', 'grantedScopes', 'connectedAccount'],
      ...['accountChangedAt', 'installedAs'],
    ],
    methods: ['runOperation', 'getMetadata', 'remapExternalId', 'findOrphans', 'syncNow'],
    queryHelpers: ['active', 'forProvider', 'dueForSync'],
    unique: [['installedAs']],
  },
  IntegrationIdempotencyKey: {
    fields: [
      ...[
        'state',
        'owner',
        'fingerprint',
        'fingerprintKeyId',
        'endpoint',
        'method',
        'requestId',
        'leaseUntil',
        'graceMs',
      ],
      ...['result', 'isResultOmitted', 'statusCode', 'completedAt', 'unknownSince', 'unknownReason'],
      ...['reconciler', 'reconcileUntil', 'expireAt'],
    ],
  },
  IntegrationLog: { fields: ['attempt', 'maxAttempts'] },
  IntegrationWebhook: {
    fields: [
      ...['bodyKey', 'bodyKeyExpiresAt', 'orderingKey', 'method', 'url'],
      ...['attempts', 'crashes', 'availableAt', 'lease', 'deferredSince'],
    ],
    queryHelpers: ['pending', 'processing', 'processed', 'failed', 'staleProcessing'],
    unique: [['provider', 'integrationId', 'deliveryId'], ['bodyKey']],
  },
  IntegrationSyncItem: {
    fields: ['sequence', 'availableAt', 'crashes', 'deferredSince', 'failedRuns', 'skipReason'],
    unique: [['syncLogId', 'eventClass', 'externalId']],
  },
};

/** What this package keeps beside the documents of the contract. */
const additionalModels = [
  ...['IntegrationGate', 'IntegrationIncident', 'IntegrationResponse', 'IntegrationOAuthFlow'],
  ...['IntegrationSyncRun', 'IntegrationSyncBatch', 'IntegrationSyncEntity'],
];

/** What Mongoose itself gives every schema with time stamps. */
const mongooseOwn = new mongoose.Schema({}, { timestamps: true });

const names = Object.keys(documents) as ModelName[];
const schemaOf = (name: ModelName): Schema => models[name].schema;

function fieldsOf(paths: object): string[] {
  return Object.keys(paths).filter((path) => !['_id', '__v'].includes(path));
}

function ownNames(members: object, ofMongoose: object = {}): string[] {
  return Object.keys(members).filter((name) => !(name in ofMongoose));
}

interface VirtualOptions {
  readonly ref?: string;
  readonly refPath?: string;
  readonly localField: string;
  readonly foreignField: string;
}

/** How a populated virtual finds its documents. */
function optionsOfVirtual(virtual: object | null): VirtualOptions {
  return (virtual as { options: VirtualOptions }).options;
}

/** The keys of the indexes of a schema, in their order. */
function indexesOf(schema: Schema, only: { readonly unique: boolean }): string[][] {
  const wanted = schema.indexes().filter(([, options]) => (options.unique === true) === only.unique);
  return wanted.map(([keys]) => Object.keys(keys));
}

const sorted = (...lists: (readonly string[])[]): string[] => lists.flat().sort();

describe('models', () => {
  it('are those of the contract, and the additions that are declared here', () => {
    expect(sorted(Object.keys(models))).toEqual(sorted(Object.keys(documents), additionalModels));
  });

  it.each(names)('%s bears its name, and its collection that of the contract', (name) => {
    expect(models[name].modelName).toBe(name);
    expect(models[name].collection.name).toBe(documents[name]!.collection);
  });

  it.each(names)('%s has the fields of the contract, and the additions that are declared here', (name) => {
    expect(sorted(fieldsOf(schemaOf(name).paths))).toEqual(
      sorted(documents[name]!.fields, additions[name]?.fields ?? []),
    );
  });

  it.each(names)('%s has the embedded documents of the contract', (name) => {
    const embedded = Object.entries(schemaOf(name).paths)
      .filter(([, path]) => path instanceof mongoose.Schema.Types.DocumentArray)
      .map(([field, path]) => [field, fieldsOf(path.schema?.paths ?? {})]);
    expect(Object.fromEntries(embedded)).toEqual(documents[name]!.embedded ?? {});
  });

  it.each(names)('%s has the methods of the contract, but for those that arrive later', (name) => {
    const expected = documents[name]!.methods.filter((method) => !(arrivesLater[name] ?? []).includes(method));
    const actual = ownNames(schemaOf(name).methods, mongooseOwn.methods);
    expect(sorted(actual)).toEqual(sorted(expected, additions[name]?.methods ?? []));
  });

  it.each(names)('%s has no name yet that arrives later, and the contract has every such name', (name) => {
    const later = arrivesLater[name] ?? [];
    expect(later.filter((each) => each in models[name].prototype || each in models[name])).toEqual([]);
    expect(documents[name]!.methods).toEqual(expect.arrayContaining([...later]));
  });

  it.each(names)('%s has the statics of the contract', (name) => {
    expect(sorted(ownNames(schemaOf(name).statics, mongooseOwn.statics))).toEqual(sorted(documents[name]!.statics));
  });

  it.each(names)('%s has the query helpers of the contract, and the additions that are declared here', (name) => {
    const expected = sorted(documents[name]!.queryHelpers, additions[name]?.queryHelpers ?? []);
    expect(sorted(ownNames(schemaOf(name).query))).toEqual(expected);
  });

  it.each(names)('%s has the relations of the contract, and each can be populated', (name) => {
    const virtuals = ownNames(schemaOf(name).virtuals, { id: 'of Mongoose' });
    expect(sorted(virtuals)).toEqual(sorted(documents[name]!.virtuals));
    for (const virtual of virtuals) {
      const { ref, refPath, localField, foreignField } = optionsOfVirtual(schemaOf(name).virtualpath(virtual));
      expect(schemaOf(name).path(localField)).toBeDefined();
      expect(foreignField).toBeDefined();
      if (refPath === undefined) expect(Object.keys(models)).toContain(ref);
      else expect(schemaOf(name).path(refPath)).toBeDefined();
    }
  });

  it.each(names)('%s has the unique indexes of the contract, and the additions that are declared here', (name) => {
    const expected = [...documents[name]!.unique, ...(additions[name]?.unique ?? [])];
    expect(indexesOf(schemaOf(name), { unique: true })).toEqual(expected);
  });

  it.each(names)('%s has the indexes of the contract, or longer ones that begin with them', (name) => {
    const indexes = indexesOf(schemaOf(name), { unique: false });
    const beginsOne = (keys: readonly string[]): boolean =>
      indexes.some((index) => keys.every((key, position) => index[position] === key));
    expect((documents[name]!.indexes ?? []).filter((keys) => !beginsOne(keys))).toEqual([]);
  });

  const limits = names.flatMap((name) =>
    Object.entries(documents[name]!.maxLength ?? {}).map(([field, length]) => [name, field, length] as const),
  );

  it.each(limits)('of %s take a %s of %i characters and no longer one', async (name, field, length) => {
    const validate = (value: string) => new models[name]({ [field]: value }).validate([field]);
    await validate('x'.repeat(length));
    await expect(validate('x'.repeat(length + 1))).rejects.toMatchObject({
      errors: { [field]: { kind: 'maxlength' } },
    });
  });

  const withStatus = names.filter((name) => documents[name]!.statuses !== undefined);

  it.each(withStatus)('%s has the statuses of the contract, and begins with the first', (name) => {
    const expected = documents[name]!.statuses!;
    expect(schemaOf(name).path('status').options.enum).toEqual(expected);
    expect(new models[name]().get('status')).toBe(expected[0]);
  });

  it.each([
    ['healthStatus', contract.healthStatuses],
    ['authStatus', contract.authStatuses],
  ])('Integration has the values of %s of the contract', (field, expected) => {
    expect(schemaOf('Integration').path(field).options.enum).toEqual(expected);
  });

  it('IntegrationSyncItem names its statuses by constants', () => {
    const { STATUS_PENDING, STATUS_PROCESSING, STATUS_SUCCESS, STATUS_FAILED, STATUS_SKIPPED } =
      models.IntegrationSyncItem;
    expect([STATUS_PENDING, STATUS_PROCESSING, STATUS_SUCCESS, STATUS_FAILED, STATUS_SKIPPED]).toEqual(
      documents.IntegrationSyncItem!.statuses,
    );
  });
});

describe('contracts of a provider', () => {
  interface ProviderContract {
    readonly required: readonly string[];
    readonly optional?: readonly string[];
    readonly extends?: string;
  }

  const expected: Readonly<Record<string, ProviderContract>> = contract.contracts;
  const files = ['../../providers/contracts.ts', '../../providers/webhook-contracts.ts'];
  const interfaces = new Map(files.flatMap((file) => [...interfacesOf(new URL(file, import.meta.url))]));

  /** Members that this package adds to a contract; always optional. */
  const added: Readonly<Record<string, readonly string[]>> = {
    IntegrationProvider: ['http'],
    DeclaresRateLimit: ['rateLimits'],
    HasOAuth2: ['requestedScopes', 'connectsWithoutUser', 'authorizationIssuer'],
    HandlesWebhooks: [
      ...['resolveIntegration', 'webhookSecretScope', 'webhookOrderingKey', 'answerWebhookChallenge'],
      ...['sealWebhooks', 'invalidSignatureStatus', 'webhookTries', 'webhookBackoff'],
    ],
    HasScheduledSync: [
      ...['checkpointOrder', 'defaultSyncCron', 'itemTries', 'itemBackoff'],
      ...['detectDeletions', 'sealSyncPayloads', 'syncItemEvents'],
    ],
  };

  /** What the contracts are made of. */
  const vocabulary = [
    'AuthenticatedUser',
    'AuthorizationIssuer',
    'AuthorizeFacts',
    'CapabilityContracts',
    'IntegrationDirectory',
    'OAuthTokens',
    'OutgoingRequest',
    'ProviderHttp',
    'RateLimitRule',
    'ResponseHead',
    'UnknownWrite',
    'WebhookAnswer',
    'WebhookHandlerObject',
  ];

  /** Contracts that this package adds; always optional. */
  const ours = ['ReconcilesWrites', 'SealsCachedResponses'];

  it('are those of the contract, beside the vocabulary that is declared here', () => {
    const exported = [...interfaces].filter(([, { exported }]) => exported).map(([name]) => name);
    expect(sorted(exported)).toEqual(sorted(Object.keys(expected), vocabulary, ours));
  });

  it.each(Object.keys(expected))('%s has the members of the contract', (name) => {
    const { required, optional = [], extends: base } = expected[name]!;
    const actual = interfaces.get(name)!;
    expect(sorted(actual.required)).toEqual(sorted(required));
    expect(sorted(actual.optional)).toEqual(sorted(optional, added[name] ?? []));
    expect(actual.extends).toEqual(base === undefined ? [] : [base]);
  });
});

describe('events', () => {
  const events = interfacesOf(new URL('../../lib/events.ts', import.meta.url)).get('IntegrationEvents')!;

  /** In code they begin with a small letter: `requestCompleted`, `oauthCompleted`. */
  const inCode = (name: string): string => name.replace(/^(OA|[A-Z])/, (capitals) => capitals.toLowerCase());

  /** Events that this package adds. */
  const added = [
    ...['circuitOpened', 'circuitClosed', 'incidentOpened', 'incidentClosed', 'reauthorizationRequired'],
    ...['elevatedFailureRate', 'failureRateRecovered', 'syncBecameStale', 'syncStalenessRecovered'],
    ...['syncItemStuck', 'syncItemMissing', 'webhookProcessed', 'webhookFailed'],
    'oauthRefreshFailed',
  ];

  it('are those of the contract, and the additions that are declared here', () => {
    expect(sorted(events.required)).toEqual(sorted(Object.keys(contract.events).map(inCode), added));
    expect(events.optional).toEqual([]);
  });

  /** What this package tells beside the payload of the contract. */
  const addedPayload: Readonly<Record<string, readonly string[]>> = { WebhookReceived: ['webhook'] };

  it.each(Object.entries(contract.events))('%s has the payload of the contract', (name, payload) => {
    expect(events.namesIn(inCode(name))).toEqual([...payload, ...(addedPayload[name] ?? [])]);
  });
});

describe('the testing entry', () => {
  /** Functions that this package adds. */
  const added = [
    ...['respond', 'sequence', 'passThrough', 'FakeSyncSession', 'createIntegration', 'signWebhook', 'deliverWebhook'],
    ...['runDueJobs', 'travel', 'waitFor', 'startUpstream', 'faults', 'pages', 'tokenEndpoint'],
  ];

  it('exports the functions of the contract, and the additions that are declared here', () => {
    expect(sorted(Object.keys(testing))).toEqual(sorted(contract.testing, added));
  });
});
