import { bearer, defineProvider } from '../../lib/index.js';

/** A provider whose API is that server. */
export function localProvider(upstream: { readonly origin: string }) {
  return defineProvider({
    name: 'Local API',
    credentialSchema: {
      type: 'object',
      properties: { token: { type: 'string' } },
      required: ['token'],
      additionalProperties: false,
    },
    metadataSchema: { type: 'object' },
    http: {
      baseUrl: () => upstream.origin,
      authorize: (request, { credentials }) => bearer(request, credentials.token),
      responseMetadata: ({ headers }) => ({ providerRequestId: headers['x-request-id'] ?? null }),
    },
  });
}
