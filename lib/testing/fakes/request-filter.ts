import { IntegrationError } from '../../errors.js';
import { integrationId } from '../../integration-store/integration-id.js';
import type { IdOrDocument } from '../../types/polymorphic.js';
import type { FakedRequest } from './faked-request.js';
import { requestPattern } from './request-pattern.js';

/** Narrows what a pattern matches. */
export interface RequestFilterOptions {
  /** Only requests of this method, in any case. */
  readonly method?: string | undefined;
  /** Only requests of this integration, given as a document or id. */
  readonly integrationId?: IdOrDocument | undefined;
}

export interface RequestFilter {
  /** What it looks for, for messages. */
  readonly description: string;
  readonly matches: (request: FakedRequest) => boolean;
}

/**
 * Puts a pattern and its options together.
 *
 * @throws IntegrationError `OPTIONS_INVALID` where the method contradicts the pattern's, or the integration is none
 */
export function requestFilter(text: string, options: RequestFilterOptions): RequestFilter {
  const pattern = requestPattern(text);
  const method = options.method?.toUpperCase() ?? null;
  if (pattern.method !== null && method !== null && pattern.method !== method) {
    throw new IntegrationError(
      'OPTIONS_INVALID',
      `The pattern ${JSON.stringify(text)} asks for ${pattern.method}, the option \`method\` for ${method}.`,
    );
  }
  const id = options.integrationId === undefined ? null : hexId(options.integrationId);
  const parts = [
    JSON.stringify(text),
    method !== null && `with method ${method}`,
    id !== null && `by integration ${id}`,
  ];
  return {
    description: parts.filter((part) => part !== false).join(' '),
    matches: (request) =>
      pattern.matches(request) &&
      (method === null || method === request.method.toUpperCase()) &&
      (id === null || id === request.integrationId.toHexString()),
  };
}

function hexId(integration: IdOrDocument): string {
  const id = integrationId(integration);
  if (id !== null) return id.toHexString();
  throw new IntegrationError('OPTIONS_INVALID', '`integrationId` must be an integration or its id.');
}
