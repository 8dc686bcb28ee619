import type { IntegrationDocument } from '../../../schemas/integration.js';
import { IntegrationError } from '../../errors.js';
import type { OAuth2ClientConfig } from './client-config.js';
import { reservedParameters } from './config-schema.js';

/**
 * Further parameters, as they are configured.
 *
 * @throws IntegrationError `OPTIONS_INVALID` for one that the client sets itself
 */
export function parametersFor<Credentials, Metadata>(
  config: OAuth2ClientConfig<Credentials, Metadata>,
  name: keyof typeof reservedParameters,
  integration: IntegrationDocument<Credentials, Metadata>,
): Readonly<Record<string, string>> {
  const given = config[name] ?? {};
  const parameters = typeof given === 'function' ? given(integration) : given;
  const reserved = reservedParameters[name].find((reservedName) => Object.hasOwn(parameters, reservedName));
  if (reserved === undefined) return parameters;
  throw new IntegrationError('OPTIONS_INVALID', `createOAuth2Client(): ${name} must not hold ${reserved}.`);
}

/** The scopes that are asked for. */
export function scopesFor<Credentials, Metadata>(
  config: OAuth2ClientConfig<Credentials, Metadata>,
  integration: IntegrationDocument<Credentials, Metadata>,
): readonly string[] {
  const { scopes = [] } = config;
  return typeof scopes === 'function' ? scopes(integration) : scopes;
}

/** As a parameter; none where nothing is asked for. */
export function scopeParameter(scopes: readonly string[], separator: string): { readonly scope?: string } {
  return scopes.length === 0 ? {} : { scope: scopes.join(separator) };
}
