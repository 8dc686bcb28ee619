import { IntegrationError } from '../../errors.js';
import { compileValidator } from '../../json-schema/compile-validator.js';
import { describeErrors } from '../../json-schema/describe-errors.js';
import type { OAuth2ClientConfig } from './client-config.js';
import { configSchema } from './config-schema.js';

const endpoints = ['issuer', 'authorizationEndpoint', 'tokenEndpoint', 'revocationEndpoint', 'jwksUri'] as const;

/** @throws IntegrationError `OPTIONS_INVALID` names every member that is wrong */
export function checkConfig<Credentials, Metadata>(config: OAuth2ClientConfig<Credentials, Metadata>): void {
  const violations = compileValidator(configSchema)(config);
  refuse(describeErrors(violations, { root: 'config', showValues: true }));
  refuse(missingIn(config));
}

function missingIn<Credentials, Metadata>(config: OAuth2ClientConfig<Credentials, Metadata>): string[] {
  const { grant = 'authorization_code', issuer, tokenEndpoint, authorizationEndpoint, endpointHosts } = config;
  const isDiscovered = issuer !== undefined && tokenEndpoint === undefined;
  const problems: string[] = [];
  if (grant === 'authorization_code' && !isDiscovered && authorizationEndpoint === undefined) {
    problems.push('authorizationEndpoint: expected one beside tokenEndpoint, got nothing');
  }
  const isOpen = endpoints.some((name) => typeof config[name] === 'function');
  if (isOpen && endpointHosts === undefined) {
    problems.push('endpointHosts: expected the hosts that endpoints made by functions may lead to, got nothing');
  }
  return problems;
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new IntegrationError('OPTIONS_INVALID', `createOAuth2Client(): ${problems.join('; ')}`, {
    details: { problems },
  });
}
