import { setTimeout as sleep } from 'node:timers/promises';
import mongoose, { Types } from 'mongoose';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createIntegrations, RateLimit, type IntegrationDocument } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { localToken, useLocalInstance } from '../../support/local-instance.js';
import { localProvider } from '../../support/local-provider.js';

const database = useDatabase();
const upstream = useHttpServer();
let declaredDefault: RateLimit | null = null;
const local = useLocalInstance(database, upstream, {
  provider: {
    defaultRateLimit: () => declaredDefault,
    rateLimits: () => [{ limit: RateLimit.perDay(1_000).sliding(), endpoints: ['/export/**'], applicationKey: 'app' }],
  },
});
let integration: IntegrationDocument;
let names = 0;

beforeEach(async () => {
  declaredDefault = RateLimit.perMinute(3);
  integration = await local.integrations.create({
    provider: 'local',
    name: `Local ${(names += 1)}`,
    credentials: { token: localToken },
  });
});

const refused = { code: 'RATE_LIMIT_EXCEEDED' };
const atOnce = () => integration.at('/a').withOptions({ maxWaitSeconds: 0 }).get();

/** How many of so many calls are let through at once. */
async function passing(calls: number): Promise<number> {
  const results = await Promise.allSettled(Array.from({ length: calls }, atOnce));
  return results.filter(({ status }) => status === 'fulfilled').length;
}

describe('an override of the declared window', () => {
  it('counts at once, together with what was used before', async () => {
    await expect(passing(5)).resolves.toBe(3);
    await local.integrations.rateLimits.override(integration, RateLimit.perMinute(5));
    await expect.poll(() => passing(4), { timeout: 5_000 }).toBe(2);
  });

  it('may be stricter', async () => {
    await local.integrations.rateLimits.override(integration, RateLimit.perMinute(1));
    await expect(passing(5)).resolves.toBe(1);
  });

  it('is over when its time has passed', async () => {
    await local.integrations.rateLimits.override(integration.id, RateLimit.perMinute(1), { forSeconds: 0.5 });
    await expect(passing(3)).resolves.toBe(1);
    await expect.poll(() => passing(3), { timeout: 5_000 }).toBe(2);
  });

  it('is over when it is cleared', async () => {
    await local.integrations.rateLimits.override(integration, RateLimit.perMinute(1));
    await local.integrations.rateLimits.clearOverride(integration);
    await expect(passing(5)).resolves.toBe(3);
  });
});

describe('an override', () => {
  it('of another window takes the place of the declared limit', async () => {
    await local.integrations.rateLimits.override(integration, RateLimit.perHour(2));
    await expect(passing(5)).resolves.toBe(2);
    await local.integrations.rateLimits.clearOverride(integration);
    await expect(passing(5)).resolves.toBe(3);
  });

  it('is a limit where none is declared', async () => {
    declaredDefault = null;
    await expect(passing(4)).resolves.toBe(4);
    await local.integrations.rateLimits.override(integration, RateLimit.perHour(2));
    await expect(passing(4)).resolves.toBe(2);
  });

  it('is kept by other instances as well, within a second, and by those that begin later', async () => {
    const instanceOf = async () => {
      const connection = await mongoose.createConnection(database.uri).asPromise();
      const integrations = createIntegrations({
        connection,
        encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 8).toString('base64') }],
        logger: false,
        providers: { local: { ...localProvider(upstream), defaultRateLimit: () => RateLimit.perMinute(100) } },
      });
      onTestFinished(async () => {
        await integrations.close();
        await connection.close();
      });
      const same = await integrations.findOrFail(integration.id);
      return () =>
        same
          .at('sdk')
          .withOptions({ maxWaitSeconds: 0 })
          .get(() => 'sent');
    };
    const call = await instanceOf();
    await expect(call()).resolves.toBe('sent');
    await local.integrations.rateLimits.override(integration, RateLimit.perHour(1));
    await sleep(1_000);
    await expect(call()).resolves.toBe('sent');
    await expect(call()).rejects.toMatchObject(refused);
    const later = await instanceOf();
    await expect(later()).rejects.toMatchObject(refused);
  });

  it('lets a call that waits go on', async () => {
    await passing(3);
    const waiting = integration.at('/a').withOptions({ maxWaitSeconds: 100 }).get();
    await local.integrations.rateLimits.override(integration, RateLimit.perMinute(10));
    await expect(waiting).resolves.toBeNull();
  });

  it.each([
    ['no rate limit', 60 as unknown as RateLimit, {}],
    ['a rate limit of nothing', { limit: 0, seconds: 60, kind: 'fixed' } as RateLimit, {}],
    ['no time', RateLimit.perMinute(1), { forSeconds: 0 }],
    ['a time that is none', RateLimit.perMinute(1), { forSeconds: Number.NaN }],
    ['a time beyond all measure', RateLimit.perMinute(1), { forSeconds: 1e300 }],
  ])('refuses %s', async (_what, limit, options) => {
    const refusal = local.integrations.rateLimits.override(integration, limit, options);
    await expect(refusal).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
  });

  it('is for an integration that is there', async () => {
    const gone = new Types.ObjectId();
    const { rateLimits } = local.integrations;
    const missing = { code: 'INTEGRATION_NOT_FOUND' };
    await expect(rateLimits.override(gone, RateLimit.perMinute(1))).rejects.toMatchObject(missing);
    await expect(rateLimits.clearOverride('no id')).rejects.toMatchObject(missing);
    await expect(rateLimits.inspect(gone)).rejects.toMatchObject(missing);
  });
});

describe('inspect()', () => {
  it('tells what is declared, before anything was counted', async () => {
    await expect(local.integrations.rateLimits.inspect(integration)).resolves.toEqual({
      declared: [
        { limit: 3, seconds: 60, kind: 'fixed', endpoints: null, isShared: false, used: 0 },
        { limit: 1_000, seconds: 86_400, kind: 'sliding', endpoints: ['/export/**'], isShared: true, used: 0 },
      ],
      override: null,
      suppressedUntil: null,
    });
  });

  it('tells what is used, held back and overridden', async () => {
    await integration.at('/a').get();
    await integration.at('/export/a').get((context) => {
      context.reportResponseMetadata({ retryAfterSeconds: 20 });
    });
    await local.integrations.rateLimits.override(integration, RateLimit.perMinute(50), { forSeconds: 60 });
    await expect(local.integrations.rateLimits.inspect(integration)).resolves.toEqual({
      declared: [expect.objectContaining({ limit: 3, used: 2 }), expect.objectContaining({ limit: 1_000, used: 1 })],
      override: { limit: 50, seconds: 60, until: expect.any(Date), used: 2 },
      suppressedUntil: expect.any(Date),
    });
    await expect(atOnce()).rejects.toMatchObject({ ...refused, retryAfterSeconds: 20 });
  });

  it('tells of an override of another window what it has used', async () => {
    await local.integrations.rateLimits.override(integration, RateLimit.perHour(2));
    await integration.at('/a').get();
    const { declared, override } = await local.integrations.rateLimits.inspect(integration);
    expect(override).toEqual({ limit: 2, seconds: 3_600, until: null, used: 1 });
    expect(declared[0]).toMatchObject({ limit: 3, used: 0 });
  });
});
