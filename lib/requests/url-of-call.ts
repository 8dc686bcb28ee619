import type { AnyProvider } from '../../providers/contracts.js';
import type { IntegrationDocument } from '../../schemas/integration.js';
import { requestUrl } from '../http/request-url.js';
import { isPlainObject } from '../plain-object.js';
import { baseUrlOf } from './base-url.js';
import type { CallSpec } from './call-spec.js';

/**
 * The URL of a URL call, without the parameters that its data come to; null for a callback.
 *
 * @throws IntegrationError what sending the call would raise of its URL
 */
export function urlOfCall(provider: AnyProvider, integration: IntegrationDocument, spec: CallSpec): URL | null {
  if (spec.target.kind !== 'url') return null;
  const { url } = requestUrl({
    baseUrl: baseUrlOf(provider, integration),
    target: spec.target.url,
    allowedOrigins: provider.http?.allowedOrigins ?? [],
    data: isPlainObject(spec.data) ? spec.data : null,
    metadata: integration.metadata ?? {},
  });
  return url;
}
