import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIntegrationError, type IntegrationErrorCode } from '../../lib/errors.js';
import { capabilityMembers, optionalCapabilityMembers } from '../../schemas/json/capability-members.js';
import type { AnyProvider } from '../../providers/contracts.js';
import { createProviderRegistry } from '../../providers/registry.js';

const acme = {
  name: 'Acme',
  credentialSchema: {
    type: 'object',
    properties: { token: { type: 'string', minLength: 8 }, region: { enum: ['eu', 'us'], default: 'eu' } },
    required: ['token'],
    additionalProperties: false,
  },
  metadataSchema: { type: 'object', properties: { account: { type: 'integer' }, page: { type: 'integer' } } },
} as const satisfies AnyProvider;

function named(name: string): AnyProvider {
  return { ...acme, name };
}

/** Registers anything under `acme`, as a user without types would. */
function register(provider: unknown, key = 'acme') {
  const registry = createProviderRegistry();
  registry.register(key, provider as AnyProvider);
  return registry.get(key);
}

/** The problems that registering a variant of Acme gives. */
function problemsOf(members: object): unknown {
  return errorOf(() => register({ ...acme, ...members }), 'PROVIDER_INVALID').details.problems;
}

function errorOf(act: () => unknown, code: IntegrationErrorCode) {
  try {
    act();
  } catch (error) {
    if (isIntegrationError(error, code)) return error;
    throw error;
  }
  throw new Error(`Expected ${code}`);
}

describe('a registry of providers', () => {
  it('gives what was registered', () => {
    const registry = createProviderRegistry();
    registry.register('acme', acme);
    expect(registry.get('acme')).toMatchObject({ key: 'acme' });
    expect(registry.get('acme').provider).toBe(acme);
    expect(registry.find('acme')).toBe(registry.get('acme'));
    expect(registry.has('acme')).toBe(true);
  });

  it('names a provider that is unknown', () => {
    const registry = createProviderRegistry();
    expect(() => registry.get('x')).toThrow("Integration provider 'x' is not registered.");
    expect(errorOf(() => registry.get('x'), 'PROVIDER_UNKNOWN').details).toEqual({ provider: 'x' });
    expect([registry.find('x'), registry.has('x'), registry.has('constructor')]).toEqual([null, false, false]);
  });

  it('lists the keys in the order of registration', () => {
    const registry = createProviderRegistry();
    for (const key of ['zeta', 'acme', 'beta']) registry.register(key, acme);
    expect(registry.registered()).toEqual(['zeta', 'acme', 'beta']);
  });

  it('replaces a provider that is registered again', () => {
    const registry = createProviderRegistry();
    registry.register('acme', named('Old'));
    registry.register('acme', named('New'));
    expect(registry.get('acme').provider.name).toBe('New');
    expect(registry.registered()).toEqual(['acme']);
  });
});

describe('defaults of a registry', () => {
  it("never override the application's own providers, registered before or after", () => {
    const registry = createProviderRegistry();
    registry.register('before', named('Own'));
    registry.registerDefaults({ before: named('Default'), after: named('Default'), other: named('Default') });
    expect(registry.get('after').provider.name).toBe('Default');
    registry.register('after', named('Own'));
    expect(['before', 'after', 'other'].map((key) => registry.get(key).provider.name)).toEqual([
      'Own',
      'Own',
      'Default',
    ]);
    expect(registry.registered()).toEqual(['before', 'after', 'other']);
  });

  it('merge, and the first one wins', () => {
    const registry = createProviderRegistry();
    registry.registerDefaults({ one: named('First') });
    registry.registerDefaults(() => ({ one: named('Second'), two: named('Second') }));
    expect([registry.get('one').provider.name, registry.get('two').provider.name]).toEqual(['First', 'Second']);
  });

  it('are made when somebody first asks for a provider that the application has not, and only once', () => {
    let made = 0;
    const registry = createProviderRegistry();
    registry.register('own', acme);
    registry.registerDefaults(() => {
      made += 1;
      return { acme };
    });
    registry.get('own');
    expect(made).toBe(0);
    registry.get('acme');
    registry.registered();
    expect(made).toBe(1);
  });

  it('are validated, and reported every time', () => {
    const registry = createProviderRegistry();
    registry.registerDefaults(() => ({ bad: { ...acme, name: '' } }));
    for (let time = 0; time < 2; time += 1) {
      errorOf(() => registry.get('bad'), 'PROVIDER_INVALID');
    }
  });
});

describe('registering a provider', () => {
  it('takes an instance of a class, whose methods are inherited', () => {
    class Base {
      readonly metadataSchema = { type: 'object' } as const;
      readonly name: string;
      constructor() {
        this.name = 'Inherited';
      }
    }
    class Crm extends Base {
      readonly credentialSchema = { type: 'object' } as const;
      sensitiveRequestFields() {
        return [];
      }
      sensitiveResponseFields() {
        return [];
      }
    }
    const crm = new Crm();
    expect(register(crm).provider).toBe(crm);
    class Half extends Crm {
      override readonly sensitiveResponseFields = undefined as unknown as () => [];
    }
    expect(() => register(new Half())).toThrow(/sensitiveResponseFields: expected a function, got nothing/);
  });

  it.each(['GitHub', '1st', 'a_b', 'a/b', '', '-a', 'a b', '__proto__'])(
    'refuses the key %j, which is part of URLs',
    (key) => {
      expect(errorOf(() => register(acme, key), 'PROVIDER_INVALID').message).toBe(
        `Integration provider '${key}' is invalid: its key must begin with a to z and hold a to z, 0 to 9 and "-" alone`,
      );
    },
  );

  it('names the provider, every wrong path, what was expected and what came, and gives the remedy', () => {
    const error = errorOf(
      () => register({ name: 5, metadataSchema: acme.metadataSchema, isRetryable: 'no' }),
      'PROVIDER_INVALID',
    );
    expect(error.message).toBe(
      "Integration provider 'acme' is invalid: credentialSchema: expected a JSON Schema of an object, got nothing; " +
        'name: expected a name for people, got 5; isRetryable: expected a function, got "no"; ' +
        'retryDelayMs: expected a function, got nothing; CustomizesRetry needs it beside isRetryable: ' +
        'implement it or remove those',
    );
    expect(error.remedy).toBe('Correct the member of the provider that the message names.');
  });

  it.each<[object, string]>([
    [{ name: ' ' }, 'name: expected a name for people, got " "'],
    [{ credentialSchema: true }, 'credentialSchema: expected a JSON Schema of an object, got true'],
    [{ metadataSchema: { type: 'string' } }, 'metadataSchema.type: expected "object", got "string"'],
    [{ credentialDataClass: {} }, 'credentialDataClass: expected a class with a static from(payload), got object'],
    [{ healthCheck: true }, 'healthCheck: expected a function, got true'],
    [{ healthCheck: null }, 'healthCheck: expected a function, got null'],
    [{ sealCachedResponses: 1 }, 'sealCachedResponses: expected true, got 1'],
    [{ supportsIdempotency: 'yes' }, 'supportsIdempotency: expected true, got "yes"'],
    [
      { http: {} },
      'http.baseUrl: expected an absolute http(s) URL without user information, or a function, got nothing',
    ],
    [
      { http: { baseUrl: '/api' } },
      'http.baseUrl: expected an absolute http(s) URL without user information, or a function, got string',
    ],
    [
      { http: { baseUrl: 'https://a.example', baseURL: 1 } },
      'http.baseURL: expected no such key (did you mean "baseUrl"?), got number',
    ],
    [
      { http: { baseUrl: 'https://a.example', allowedOrigins: ['https://b.example/path'] } },
      'http.allowedOrigins[0]: expected an origin, such as https://uploads.example.com, got string',
    ],
    [{ http: { baseUrl: 'https://a.example', headers: { a: 1 } } }, 'http.headers.a: expected a string, got 1'],
    [{ http: { baseUrl: 'https://a.example', authorize: {} } }, 'http.authorize: expected a function, got object'],
  ])('refuses %j', (members, problem) => {
    expect(problemsOf(members)).toEqual([problem]);
  });

  it('asks for the instance where it gets the class', () => {
    class Crm {
      readonly name = 'CRM';
    }
    expect(errorOf(() => register(Crm), 'PROVIDER_INVALID').message).toMatch(
      /expected an object, got a class or function/,
    );
  });

  it.each([null, undefined, 'github', []])('refuses %j', (provider) => {
    expect(errorOf(() => register(provider), 'PROVIDER_INVALID').message).toMatch(
      /provider: expected an object, or an instance of a class, got/,
    );
  });

  it.each([
    [
      'credentialSchema',
      { type: 'object', requried: ['token'] },
      'unknown keyword "requried" (did you mean "required"?)',
    ],
    ['metadataSchema', { type: 'object', properties: { a: { type: 'strnig' } } }, 'data/properties/a/type must be'],
  ])('names an invalid JSON Schema by its member: %s', (member, schema, reason) => {
    const error = errorOf(() => register({ ...acme, [member]: schema }), 'PROVIDER_INVALID');
    expect(error.message).toContain(`Integration provider 'acme' is invalid: ${member}: Invalid JSON Schema: `);
    expect(error.message).toContain(reason);
    expect(isIntegrationError(error.cause, 'SCHEMA_INVALID')).toBe(true);
  });

  it('refuses a contract that is implemented by half, naming contract, missing member and remedy', () => {
    expect(
      problemsOf({ handleWebhook: noop, resolveWebhookEvent: noop, webhookHandlers: noop, webhookDeliveryId: noop }),
    ).toEqual([
      'verifyWebhookSignature: expected a function, got nothing; HandlesWebhooks needs it beside handleWebhook, ' +
        'resolveWebhookEvent, webhookHandlers, webhookDeliveryId: implement it or remove those',
    ]);
    expect(
      problemsOf({ syncIncremental: noop, sync: noop, defaultSyncInterval: noop, defaultRateLimit: noop }),
    ).toEqual([
      expect.stringMatching(
        /^reduceCheckpoints: expected a function, got nothing; HasScheduledSync needs it beside sync/,
      ),
    ]);
    expect(
      problemsOf({ syncIncremental: noop, defaultSyncInterval: noop, defaultRateLimit: noop, reduceCheckpoints: noop }),
    ).toEqual([expect.stringMatching(/^sync: expected a function, got nothing; /)]);
  });

  it('lets a rate limit be declared without syncs', () => {
    expect(register({ ...acme, defaultRateLimit: () => null }).key).toBe('acme');
    expect(register({ ...acme, defaultRateLimit: () => null, rateLimits: () => [] }).key).toBe('acme');
  });

  it('refuses further rate limits without the default one, and what is no function', () => {
    expect(problemsOf({ rateLimits: noop })).toEqual([
      'defaultRateLimit: expected a function, got nothing; DeclaresRateLimit needs it beside rateLimits: ' +
        'implement it or remove those',
    ]);
    expect(problemsOf({ defaultRateLimit: noop, rateLimits: [] })).toEqual([
      'rateLimits: expected a function, got array',
    ]);
  });

  it('refuses what HasOAuth2 may have beside it where it is not there, and what is no marker', () => {
    const [needed] = capabilityMembers.HasOAuth2;
    for (const name of optionalCapabilityMembers.HasOAuth2) {
      const problems = problemsOf({ [name]: name === 'connectsWithoutUser' ? true : noop });
      expect(problems).toContainEqual(
        expect.stringMatching(new RegExp(`^${needed}: expected a function, got nothing; HasOAuth2 `)),
      );
    }
    const complete = Object.fromEntries(capabilityMembers.HasOAuth2.map((name) => [name, noop]));
    expect(problemsOf({ ...complete, connectsWithoutUser: false })).toEqual([
      'connectsWithoutUser: expected true, got false',
    ]);
  });

  it('accepts exactly the sets of members that complete each contract they begin', () => {
    const contracts: readonly (readonly string[])[] = Object.values(capabilityMembers);
    const all = [...new Set(contracts.flat())];
    fc.assert(
      fc.property(fc.subarray(all), (members) => {
        const begun = contracts.filter((names) =>
          names.some((name) => members.includes(name) && isOwnMember(name, names)),
        );
        const missing = new Set(begun.flat().filter((name) => !members.includes(name)));
        const provider = { ...acme, ...implementing(members) };
        if (missing.size === 0) expect(register(provider).provider).toBe(provider);
        else expect(new Set(missingNames(provider))).toEqual(missing);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

/** A member of two contracts begins the smaller one: `sync` alone is no incremental sync, `defaultRateLimit` no sync. */
function isOwnMember(name: string, contract: readonly string[]): boolean {
  const holders = Object.values(capabilityMembers).filter((names) => (names as readonly string[]).includes(name));
  return holders.every((names) => names.length >= contract.length);
}

function missingNames(provider: object): string[] {
  const { problems } = errorOf(() => register(provider), 'PROVIDER_INVALID').details;
  return (problems as string[]).map(
    (problem) => /^(\w+): expected a function, got nothing/.exec(problem)?.[1] ?? problem,
  );
}

const markers = new Set(['supportsIdempotency', 'sealCachedResponses']);

function implementing(members: readonly string[]): object {
  return Object.fromEntries(members.map((name) => [name, markers.has(name) ? true : noop]));
}

describe('credentials checked by a registered provider', () => {
  const { validateCredentials } = register(acme);

  it('are a copy with the defaults of the schema', () => {
    const given = Object.freeze({ token: 'long enough' });
    expect(validateCredentials(given)).toEqual({ token: 'long enough', region: 'eu' });
    expect(given).toEqual({ token: 'long enough' });
  });

  it('are refused by paths and types, never by values', () => {
    const error = errorOf(
      () => validateCredentials({ token: 'hunter2', region: 'mars', extra: 's3cret' }),
      'CREDENTIALS_INVALID',
    );
    expect(error.message).toBe(
      "Invalid credentials for integration provider 'acme': extra: expected no such key, got string; " +
        'token: expected at least 8 characters, got string; region: expected one of "eu", "us", got string',
    );
    expect(JSON.stringify([error.message, error.details, error.cause])).not.toMatch(/hunter2|mars|s3cret/);
  });

  it.each([null, undefined, {}])('count as an empty object where there are none: %j', (nothing) => {
    expect(() => validateCredentials(nothing)).toThrow(/token: expected a string, got nothing/);
  });

  it.each([['a string'], [['an array']], [5], [true]])('are refused where they are no object: %j', (value) => {
    expect(() => validateCredentials(value)).toThrow(/credentials: expected an object, got/);
  });

  it('are refused where JSON cannot hold them', () => {
    const cycle: Record<string, unknown> = { token: 'long enough' };
    cycle.self = cycle;
    for (const value of [cycle, { token: 1n }, () => null]) {
      expect(() => validateCredentials(value)).toThrow(/credentials: expected what JSON can hold/);
    }
  });

  it('are judged as they will be stored', () => {
    const { validateCredentials: validate } = register({
      ...acme,
      credentialSchema: { type: 'object', properties: { expires: { type: 'string', format: 'date-time' } } },
    });
    expect(validate({ expires: new Date(0) })).toEqual({ expires: '1970-01-01T00:00:00.000Z' });
  });
});

describe('metadata checked by a registered provider', () => {
  it('are null where nothing came', () => {
    expect([register(acme).validateMetadata(null), register(acme).validateMetadata(undefined)]).toEqual([null, null]);
    expect(register(acme).validateMetadata({})).toEqual({});
  });

  it('get the defaults of the schema, where nothing came too', () => {
    const metadataSchema = { type: 'object', properties: { page: { type: 'integer', default: 1 } } };
    const { validateMetadata } = register({ ...acme, metadataSchema });
    expect([validateMetadata(null), validateMetadata({ page: 2 })]).toEqual([{ page: 1 }, { page: 2 }]);
  });

  it('are refused where a required member is missing, or wrong', () => {
    const metadataSchema = { type: 'object', properties: { account: { type: 'integer' } }, required: ['account'] };
    const { validateMetadata } = register({ ...acme, metadataSchema });
    for (const value of [null, {}, { account: 'one' }]) {
      expect(() => validateMetadata(value)).toThrow(expect.objectContaining({ code: 'METADATA_INVALID' }));
    }
  });
});

function noop(): null {
  return null;
}
