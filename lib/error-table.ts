import { callErrors } from './errors/call-errors.js';
import { cliErrors } from './errors/cli-errors.js';
import { entry } from './errors/error-entry.js';
import { oauthErrors } from './errors/oauth-errors.js';
import { syncErrors } from './errors/sync-errors.js';
import { webhookErrors } from './errors/webhook-errors.js';

export type { ErrorEntry } from './errors/error-entry.js';

/** Every error this package raises, in one table. A code never changes its meaning; texts may be reworded. */
export const errorTable = {
  OPTIONS_INVALID: entry(500, 'Invalid options', 'Correct the option that the message names.'),
  INSTANCE_MISSING: entry(
    500,
    'No integrations instance',
    'Call createIntegrations() before the first request, or pass the instance explicitly.',
  ),
  INSTANCE_AMBIGUOUS: entry(
    500,
    'Several integrations instances',
    'Name the instance: integrationsRouter({ integrations }), loadIntegration(provider, { integrations }).',
  ),
  INSTANCE_STOPPED: entry(
    503,
    'Integrations are stopped',
    'Make calls before stop(); after close() create a new instance.',
  ),
  SERVER_UNSUPPORTED: entry(500, 'Unsupported MongoDB server', 'Use MongoDB 6.0 or newer.'),
  DATABASE_UNAVAILABLE: entry(503, 'Database unavailable', 'Check the MongoDB connection of the application.'),
  JOBS_UNAVAILABLE: entry(503, 'Jobs unavailable', 'Check the database that the jobs are in.'),
  MODEL_NAME_TAKEN: entry(500, 'Model name already taken', 'Give createIntegrations() another `prefix`.'),
  PROVIDER_INVALID: entry(500, 'Invalid provider', 'Correct the member of the provider that the message names.'),
  PROVIDER_UNKNOWN: entry(
    404,
    'Unknown provider',
    'Register the provider: createIntegrations({ providers: { name: provider } }).',
  ),
  CAPABILITY_MISSING: entry(
    501,
    'The provider cannot do that',
    'Give the provider the members of the contract that `details.capability` names.',
  ),
  INTEGRATION_NOT_FOUND: entry(
    404,
    'Integration not found',
    'Create the integration first: integrations.create({ provider, name, credentials }).',
  ),
  INTEGRATION_AMBIGUOUS: entry(
    409,
    'Several integrations match',
    'Choose one: loadIntegration(provider, { id }) or { name }.',
  ),
  INTEGRATION_EXISTS: entry(
    409,
    'Integration already exists',
    'Give it another name, or start again to change the one that there is.',
  ),
  INTEGRATION_NOT_LOADED: entry(
    500,
    'No integration on this request',
    'Put loadIntegration(provider) before the route handler.',
  ),
  INTEGRATION_INVALID: entry(422, 'Invalid integration', 'Correct the field that the message names.'),
  OWNER_MISSING: entry(
    401,
    'No owner',
    'Authenticate the request before loadIntegration(), or pass `owner: null` for integrations that nobody owns.',
  ),
  RECORD_NOT_STORED: entry(
    503,
    'Record not stored',
    'Check the MongoDB connection of the application; `details.reason` says why it was given up.',
  ),
  RECORD_INVALID: entry(422, 'Invalid record', 'Pass a saved Mongoose document, or { type, id }.'),
  MAPPING_INVALID: entry(422, 'Invalid mapping', 'Correct what the message names.'),
  MAPPING_ALREADY_CLAIMED: entry(
    409,
    'External id already claimed',
    'Use the record that it stands for, or re-point it explicitly: integration.remapExternalId(externalId, record).',
  ),
  MAPPING_UNSETTLED: entry(
    409,
    'Mapped record could not be written',
    'Try again; where the model does not find its record, give its base model, or make it visible to its queries.',
  ),
  CREDENTIALS_INVALID: entry(422, 'Invalid credentials', "Give credentials that fit the provider's credentialSchema."),
  METADATA_INVALID: entry(422, 'Invalid metadata', "Give metadata that fits the provider's metadataSchema."),
  CREDENTIALS_NOT_SEALED: entry(
    500,
    'Credentials in clear text',
    'Write credentials through integrations.create() and integrations.update() only.',
  ),
  CREDENTIALS_UNDECRYPTABLE: entry(
    500,
    'Credentials cannot be opened',
    'Restore the encryption key they were sealed with, or enter them again with integrations.update().',
  ),
  CREDENTIALS_CONFLICT: entry(
    409,
    'Credentials changed meanwhile',
    'Load the integration again and repeat the change.',
  ),
  ENCRYPTION_KEY_MISSING: entry(
    500,
    'Encryption key missing',
    'Add the key with that id to `encryptionKeys`; keep old keys in the list until rotateKeys() has finished.',
  ),
  OPERATION_INVALID: entry(422, 'Invalid operation', 'Correct the field that the message names.'),
  SIGNATURE_SCHEME_UNKNOWN: entry(500, 'Unknown signature scheme', 'Use one of the names in signatureSchemes.'),
  ...callErrors,
  ...cliErrors,
  ...syncErrors,
  ...oauthErrors,
  ...webhookErrors,
  ROUTE_NOT_FOUND: entry(404, 'Not found', 'Check the path.'),
  ACTION_FORBIDDEN: entry(403, 'Forbidden', 'Pass a `guard` that returns true for those who may.'),
  MEDIA_TYPE_UNSUPPORTED: entry(415, 'Unsupported media type', 'Send the body as application/json.'),
  DASHBOARD_REQUEST_INVALID: entry(
    400,
    'Invalid request to the dashboard',
    'Correct the field that the message names.',
  ),
  METHOD_NOT_ALLOWED: entry(405, 'Method not allowed', 'Use one of the methods that the Allow header lists.'),
  FAKE_MISSING: entry(
    500,
    'No fake',
    'Call fake() before the code under test, and name the same instance where several are open.',
  ),
  FAKE_RESPONSE_MISSING: entry(
    500,
    'No fake response',
    'Add a response for it to fake({ … }), or allow any with fake({ … }, { unmatched: null }).',
  ),
  TEST_VALUE_MISSING: entry(
    500,
    'No value for a test',
    'Give createIntegration() the credentials or metadata that the message names.',
  ),
} as const;
