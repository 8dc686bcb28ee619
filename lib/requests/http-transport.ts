import { buildRequest } from '../http/build-request.js';
import type { HttpClient } from '../http/http-client.js';
import type { BuiltRequest } from '../http/messages.js';
import { baseUrlOf } from './base-url.js';
import type { Call } from './call.js';
import { withKeyOnWire } from './key-on-wire.js';
import type { Transport } from './stages/send.js';

/** The real transport: HTTP over axios, and the caller's own code. */
export function createHttpTransport(client: HttpClient): Transport {
  return {
    async sendHttp(call, url) {
      const request = requestOf(call, url);
      const response = await client.send({
        ...request,
        signal: call.signal,
        maxResponseBytes: call.limits.maxResponseBytes,
        responseType: call.spec.options.responseType ?? 'auto',
        authorize: call.authorizer,
        onSend: () => {
          call.isSent = true;
        },
      });
      return { url: request.url, response };
    },
    runCallback: (call, callback) => callback(call),
  };
}

function requestOf(call: Call, target: string): BuiltRequest {
  const { http } = call.providerDefinition;
  const { headers = {}, query = {} } = call.spec.options;
  const metadata = call.integration.metadata ?? {};
  const { data, headers: keyHeaders } = withKeyOnWire(call);
  return buildRequest({
    baseUrl: baseUrlOf(call.providerDefinition, call.integration),
    target,
    method: call.method,
    data,
    metadata,
    query,
    headers: { ...call.revalidation?.headers, ...headers, ...keyHeaders },
    defaultHeaders: http?.headers ?? {},
    allowedOrigins: http?.allowedOrigins ?? [],
  });
}
