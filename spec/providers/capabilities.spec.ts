import { describe, expect, it } from 'vitest';
import * as guards from '../../providers/capabilities.js';
import type { CapabilityName } from '../../providers/contracts.js';
import { capabilityMembers } from '../../schemas/json/capability-members.js';

const guardsByContract: Record<CapabilityName, (provider: object) => boolean> = {
  HasScheduledSync: guards.hasScheduledSync,
  HasIncrementalSync: guards.hasIncrementalSync,
  HandlesWebhooks: guards.handlesWebhooks,
  HasOAuth2: guards.hasOAuth2,
  HasHealthCheck: guards.hasHealthCheck,
  RedactsRequestData: guards.redactsRequestData,
  SupportsIdempotency: guards.supportsIdempotency,
  ReconcilesWrites: guards.reconcilesWrites,
  SealsCachedResponses: guards.sealsCachedResponses,
  CustomizesRetry: guards.customizesRetry,
  DeclaresRateLimit: guards.declaresRateLimit,
  ClassifiesFailures: guards.classifiesFailures,
  LimitsRequestLogging: guards.limitsRequestLogging,
  IdentifiesAuthenticatedUser: guards.identifiesAuthenticatedUser,
};

const contracts = Object.keys(guardsByContract) as CapabilityName[];

const markers = new Set<string>(['supportsIdempotency', 'sealCachedResponses']);

function implementing(contract: CapabilityName): Record<string, unknown> {
  const members = capabilityMembers[contract].map((name) => [name, markers.has(name) ? true : () => null]);
  return Object.fromEntries(members) as Record<string, unknown>;
}

describe.each(contracts)('the guard of %s', (contract) => {
  const guard = guardsByContract[contract];

  it('accepts a plain object with all members', () => {
    expect(guard(implementing(contract))).toBe(true);
  });

  it('accepts an instance whose members are inherited', () => {
    expect(guard(Object.create(implementing(contract)) as object)).toBe(true);
  });

  it.each(capabilityMembers[contract])('refuses one without %s', (member) => {
    expect(guard({ ...implementing(contract), [member]: undefined })).toBe(false);
  });

  it('refuses an object with nothing', () => {
    expect(guard({})).toBe(false);
  });
});

describe('the guards', () => {
  it('take an incremental sync for a scheduled one too, and not the other way round', () => {
    expect(guards.hasScheduledSync(implementing('HasIncrementalSync'))).toBe(true);
    expect(guards.hasIncrementalSync(implementing('HasScheduledSync'))).toBe(false);
  });

  it('take a provider with syncs for one that declares a rate limit', () => {
    expect(guards.declaresRateLimit(implementing('HasScheduledSync'))).toBe(true);
  });

  it('do not take other values for the marker of idempotency', () => {
    expect(guards.supportsIdempotency({ supportsIdempotency: 'true' })).toBe(false);
    expect(guards.supportsIdempotency({ supportsIdempotency: false })).toBe(false);
  });
});
