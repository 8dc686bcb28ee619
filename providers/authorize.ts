import { IntegrationError } from '../lib/errors.js';
import type { OutgoingRequest } from './contracts.js';

/** The request with `Authorization: Bearer …` (RFC 6750, section 2.1). */
export function bearer(request: OutgoingRequest, token: string): OutgoingRequest {
  return apiKeyHeader(request, 'authorization', `Bearer ${token}`);
}

/**
 * The request with `Authorization: Basic …` (RFC 7617), in UTF-8.
 *
 * @throws IntegrationError `CREDENTIALS_INVALID` for a user name with a colon, which would end it.
 */
export function basic(request: OutgoingRequest, user: string, password: string): OutgoingRequest {
  if (user.includes(':')) {
    throw new IntegrationError('CREDENTIALS_INVALID', 'A user name for Basic authentication cannot contain a colon.');
  }
  return apiKeyHeader(request, 'authorization', `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`);
}

/** The request with the given header, in place of one of that name. */
export function apiKeyHeader(request: OutgoingRequest, name: string, value: string): OutgoingRequest {
  return { ...request, headers: { ...request.headers, [name.toLowerCase()]: value } };
}
