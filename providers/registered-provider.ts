import { holdsPublishedSecret } from '../lib/credentials/published-secrets.js';
import { IntegrationError } from '../lib/errors.js';
import type { Validator } from '../lib/json-schema/compile-validator.js';
import { describeErrors } from '../lib/json-schema/describe-errors.js';
import { isJsonObject } from '../lib/plain-object.js';
import type { PlainObject } from '../lib/types/json.js';
import { handlesWebhooks } from './capabilities.js';
import type { AnyProvider } from './contracts.js';
import type { ValidatedProvider } from './validate-provider.js';

/** A provider as the registry hands it out. */
export interface RegisteredProvider {
  /** Registry key. */
  readonly key: string;
  readonly provider: AnyProvider;
  /**
   * The credentials as they will be stored: a copy, with the schema's defaults. Nothing counts as `{}`.
   *
   * @throws IntegrationError `CREDENTIALS_INVALID`, which names paths and JSON types, and no values.
   */
  validateCredentials(value: unknown): PlainObject;
  /**
   * The metadata as they will be stored: a copy, with the schema's defaults; null where nothing came and nothing was
   * filled in.
   *
   * @throws IntegrationError `METADATA_INVALID`, which names paths and JSON types, and no values.
   */
  validateMetadata(value: unknown): PlainObject | null;
}

const kinds = { CREDENTIALS_INVALID: 'credentials', METADATA_INVALID: 'metadata' } as const;

type InvalidCode = keyof typeof kinds;

export function registeredProvider(key: string, validated: ValidatedProvider): RegisteredProvider {
  const { provider, validateCredentials, validateMetadata } = validated;

  function check(value: unknown, validate: Validator, code: InvalidCode): PlainObject {
    const kind = kinds[code];
    const copy = jsonCopy(value ?? {});
    if (copy === undefined) throw invalid(key, code, [`${kind}: expected what JSON can hold`]);
    const problems = describeErrors(validate(copy), { root: kind });
    if (problems.length > 0) throw invalid(key, code, problems);
    if (!isJsonObject(copy)) throw invalid(key, code, [`${kind}: expected an object`]);
    return copy;
  }

  return {
    key,
    provider,
    validateCredentials(value) {
      const credentials = check(value, validateCredentials, 'CREDENTIALS_INVALID');
      if (handlesWebhooks(provider) && holdsPublishedSecret(credentials)) {
        const problem = 'credentials: the webhook secret is one that its vendor has published, for tests';
        throw invalid(key, 'CREDENTIALS_INVALID', [problem]);
      }
      return credentials;
    },
    validateMetadata(value) {
      const metadata = check(value, validateMetadata, 'METADATA_INVALID');
      const nothing = (value === null || value === undefined) && Object.keys(metadata).length === 0;
      return nothing ? null : metadata;
    },
  };
}

function invalid(provider: string, code: InvalidCode, problems: readonly string[]): IntegrationError {
  const message = `Invalid ${kinds[code]} for integration provider '${provider}': ${problems.join('; ')}`;
  return new IntegrationError(code, message, { details: { provider, problems } });
}

/** What JSON makes of a value, because that is what will be stored and read again; undefined where it makes nothing. */
function jsonCopy(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch {
    // Cycles, a BigInt, a function: the original error may quote the value.
    return undefined;
  }
}
