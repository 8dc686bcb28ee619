import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { isIntegrationError, RateLimit } from '../../../lib/index.js';
import { createDeclaredRules } from '../../../lib/rate-limits/declared-rules.js';
import type { AnyProvider, RateLimitRule } from '../../../providers/contracts.js';
import { detachedIntegration } from '../../support/detached-models.js';

const declaredRules = createDeclaredRules();
const integration = detachedIntegration();

function rulesOf(members: Partial<AnyProvider>) {
  const least = { name: 'Acme', credentialSchema: { type: 'object' }, metadataSchema: { type: 'object' } } as const;
  return declaredRules({ provider: 'acme', providerDefinition: { ...least, ...members }, integration });
}

const perMinute = RateLimit.perMinute(60);
const defaultRateLimit = () => perMinute;

describe('the rules of a provider', () => {
  it('are none where it declares none', () => {
    expect(rulesOf({})).toEqual([]);
    expect(rulesOf({ defaultRateLimit: () => null })).toEqual([]);
    expect(rulesOf({ defaultRateLimit: () => undefined as unknown as null })).toEqual([]);
  });

  it('are the default one, for all endpoints, which an operator may override', () => {
    expect(rulesOf({ defaultRateLimit })).toMatchObject([
      {
        rule: { name: 'default-60s', limit: 60, seconds: 60, isOverridable: true },
        patterns: null,
        applicationKey: null,
      },
    ]);
  });

  it('are further ones, for the endpoints of their patterns, whatever the query says', () => {
    const rateLimits = (): RateLimitRule[] => [{ limit: RateLimit.per(10, 1), endpoints: ['/export/**', '/search'] }];
    const [further] = rulesOf({ defaultRateLimit: () => null, rateLimits });
    expect(further!.rule).toMatchObject({ limit: 10, seconds: 1, isOverridable: false });
    const endpoints = ['/export/a/b', '/search', '/search?page=2', '/export', '/issues?x=/search'];
    expect(endpoints.map((endpoint) => further!.matches(endpoint))).toEqual([true, true, true, false, false]);
  });

  it('are asked for the integration that calls', () => {
    const asked: unknown[] = [];
    const rateLimits = (...args: unknown[]): RateLimitRule[] => {
      asked.push(...args);
      return [];
    };
    rulesOf({ defaultRateLimit, rateLimits });
    expect(asked).toEqual([integration]);
  });

  it('keep logs apart that count different calls, or by another measure', () => {
    const rateLimits = (): RateLimitRule[] => [
      { limit: perMinute },
      { limit: perMinute.aligned() },
      { limit: RateLimit.perHour(60) },
      { limit: perMinute, endpoints: ['/a'] },
      { limit: perMinute, endpoints: ['/b'] },
    ];
    const names = rulesOf({ defaultRateLimit, rateLimits }).map(({ rule }) => rule.name);
    expect(new Set(names).size).toBe(6);
    expect(names.join('')).toMatch(/^[a-z0-9-]+$/);
  });

  it('count the same calls in the same log, in whatever order their patterns stand', () => {
    const rateLimits = (): RateLimitRule[] => [
      { limit: perMinute, endpoints: ['/a', '/b'] },
      { limit: perMinute.sliding(), endpoints: ['/b', '/a'] },
    ];
    const [one, other] = rulesOf({ defaultRateLimit: () => null, rateLimits });
    expect(one!.rule.name).toBe(other!.rule.name);
  });

  it.each<[string, Partial<Record<keyof AnyProvider, unknown>>, RegExp]>([
    ['a default that is no limit', { defaultRateLimit: () => 60 }, /defaultRateLimit\(\) of the provider 'acme'/],
    [
      'a default of no calls',
      { defaultRateLimit: () => ({ limit: 0, seconds: 60, kind: 'fixed' }) },
      /expected a RateLimit or null/,
    ],
    [
      'no list',
      { defaultRateLimit, rateLimits: () => ({ limit: perMinute }) },
      /rateLimits\(\) of the provider 'acme'/,
    ],
    ['a promise', { defaultRateLimit, rateLimits: async () => [] }, /expected a list/],
    ['a rule without a limit', { defaultRateLimit, rateLimits: () => [{}] }, /expected a list/],
    [
      'patterns that are no list',
      { defaultRateLimit, rateLimits: () => [{ limit: perMinute, endpoints: '/a' }] },
      /list/,
    ],
    ['an empty key', { defaultRateLimit, rateLimits: () => [{ limit: perMinute, applicationKey: '' }] }, /list/],
  ])('refuse a call by a coded error where the provider gives %s', (_what, members, message) => {
    const error = errorOf(() => rulesOf(members as Partial<AnyProvider>));
    expect(isIntegrationError(error, 'PROVIDER_INVALID')).toBe(true);
    expect((error as Error).message).toMatch(message);
  });

  it('refuse a call where the hook throws, and show nothing of what it says', () => {
    const rateLimits = (): never => {
      throw new Error('key-0123456789');
    };
    const error = errorOf(() => rulesOf({ defaultRateLimit, rateLimits }));
    expect(error).toMatchObject({ code: 'PROVIDER_INVALID', cause: new Error('key-0123456789') });
    expect(JSON.stringify([(error as Error).message, (error as { details: unknown }).details])).not.toContain('key-');
  });

  it('are not waited for: a hook that is asynchronous is unusable, and ends nothing by what it rejects with', async () => {
    const unhandled = vi.fn();
    process.once('unhandledRejection', unhandled);
    onTestFinished(() => void process.off('unhandledRejection', unhandled));
    const rejects = () => Promise.reject(new Error('Too late')) as never;
    const expected = expect.objectContaining({ code: 'PROVIDER_INVALID' });
    expect(() => rulesOf({ defaultRateLimit: rejects })).toThrow(expected);
    expect(() => rulesOf({ rateLimits: rejects })).toThrow(expected);
    await new Promise(setImmediate);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
