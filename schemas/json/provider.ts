import { capabilityMembers, optionalCapabilityMembers } from './capability-members.js';

const method = { typeof: 'function' };

const httpSchema = {
  description: "What makes at('/path').get() work.",
  type: 'object',
  required: ['baseUrl'],
  additionalProperties: false,
  properties: {
    baseUrl: {
      description: 'Root of the API, or a function that makes it from the metadata of an integration.',
      anyOf: [{ type: 'string', pattern: '^https?://[^\\s/?#@]+' }, method],
      expected: 'an absolute http(s) URL without user information, or a function',
      // A rejected one may hold a password; so may an origin.
      writeOnly: true,
    },
    headers: {
      description: 'Headers of every request.',
      type: 'object',
      additionalProperties: { type: 'string' },
    },
    allowedOrigins: {
      description: 'Further origins that may get the credentials.',
      type: 'array',
      items: {
        type: 'string',
        pattern: '^https?://[^\\s/?#@]+$',
        expected: 'an origin, such as https://uploads.example.com',
        writeOnly: true,
      },
    },
    idempotencyKey: {
      description: 'Where the API expects idempotency keys: a header, or a field of an object body.',
      type: 'object',
      minProperties: 1,
      maxProperties: 1,
      additionalProperties: false,
      properties: { header: { type: 'string', pattern: '^[\\w-]+$' }, field: { type: 'string', pattern: '\\S' } },
      expected: '{ header } or { field }',
    },
    authorize: { description: 'Adds the credentials to a request.', ...method },
    responseMetadata: { description: 'Reads request id and rate limits from an answer.', ...method },
  },
};

const jsonSchemaOfAnObject = {
  type: 'object',
  properties: { type: { const: 'object', expected: '"object"' } },
  expected: 'a JSON Schema of an object',
};

const dataClass = { methods: ['from'], expected: 'a class with a static from(payload)' };

const markers = {
  supportsIdempotency: { const: true },
  sealCachedResponses: { const: true },
  checkpointOrder: { const: 'ascending' },
  detectDeletions: { const: true },
  connectsWithoutUser: { const: true },
  sealSyncPayloads: { const: true },
  webhookSecretScope: { const: 'application' },
  sealWebhooks: { const: true },
  invalidSignatureStatus: { enum: [400, 401, 403, 404] },
};

/** Nothing but functions and markers. */
function capabilityProperties(): Record<string, object> {
  const members = [...Object.values(capabilityMembers), ...Object.values(optionalCapabilityMembers)].flat();
  return { ...Object.fromEntries(members.map((name) => [name, method])), ...markers };
}

/** What may stand alone, although a larger contract has it too. */
const sharedMembers: readonly string[] = capabilityMembers.DeclaresRateLimit;

/** Every member asks for the others of the first contract that has it, an optional one for all that its contract needs. */
function capabilityDependencies(): Record<string, readonly string[]> {
  const dependencies: Record<string, readonly string[]> = {};
  for (const members of Object.values(capabilityMembers)) {
    for (const name of members) {
      if (!sharedMembers.includes(name)) dependencies[name] ??= members.filter((other) => other !== name);
    }
  }
  for (const [contract, members] of Object.entries(optionalCapabilityMembers)) {
    for (const name of members)
      dependencies[name] = capabilityMembers[contract as keyof typeof optionalCapabilityMembers];
  }
  return dependencies;
}

/** The JSON Schema of a provider: a class instance, whose methods are inherited, or a plain object. */
export const providerSchema = {
  type: 'object',
  expected: 'an object, or an instance of a class',
  required: ['name', 'credentialSchema', 'metadataSchema'],
  properties: {
    name: { description: 'Human-readable.', type: 'string', pattern: '\\S', expected: 'a name for people' },
    credentialSchema: { description: 'What the credentials of an integration must be.', ...jsonSchemaOfAnObject },
    metadataSchema: { description: 'What the metadata of an integration must be.', ...jsonSchemaOfAnObject },
    credentialDataClass: { description: 'Builds the typed credentials from the plain object.', ...dataClass },
    metadataDataClass: { description: 'Builds the typed metadata from the plain object.', ...dataClass },
    http: httpSchema,
    ...capabilityProperties(),
  },
  dependencies: capabilityDependencies(),
};
