import { afterAll, beforeAll } from 'vitest';
import { createIntegrations } from '../../../lib/integrations.js';
import { bearer } from '../../../providers/authorize.js';
import { defineProvider, type IntegrationOf } from '../../../providers/define-provider.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';

/** A secret that no message may show. */
export const token = 'tracker-token-4711-secret';

/** An instance with one provider, whose API is a local server; open while the tests of the file run. */
export function useTracker() {
  const { connection } = useDatabase();
  const upstream = useHttpServer();
  const provider = trackerProvider(() => upstream.origin);
  let integrations: ReturnType<typeof open>;
  let tracker: TrackerIntegration;

  const open = (prefix: string) =>
    createIntegrations({
      connection,
      prefix,
      encryptionKeys: [{ id: 'first', secret: Buffer.alloc(32, 1).toString('base64') }],
      http: { allowedPrivateHosts: ['127.0.0.1'] },
      logger: false,
      providers: { tracker: provider },
    });

  const create = (name: string): Promise<TrackerIntegration> =>
    integrations.create({ provider: 'tracker', name, credentials: { token }, metadata: { owner: 'acme' } });

  beforeAll(async () => {
    integrations = open('integration');
    await integrations.start();
    tracker = await create('Tracker');
  });
  afterAll(() => integrations.close());

  return {
    upstream,
    get integrations() {
      return integrations;
    },
    /** The integration that most tests use. */
    get tracker() {
      return tracker;
    },
    /** One more integration. */
    create,
    /** One more instance, on collections of its own; close it. */
    open,
  };
}

type TrackerIntegration = IntegrationOf<ReturnType<typeof trackerProvider>>;

function trackerProvider(origin: () => string) {
  return defineProvider({
    name: 'Tracker',
    credentialSchema: {
      type: 'object',
      properties: { token: { type: 'string' } },
      required: ['token'],
      additionalProperties: false,
    },
    metadataSchema: { type: 'object', properties: { owner: { type: 'string' } } },
    http: {
      baseUrl: origin,
      authorize: (request, { credentials }) => bearer(request, credentials.token),
      responseMetadata: ({ headers }) => ({ providerRequestId: headers['x-request-id'] ?? null }),
    },
  });
}
