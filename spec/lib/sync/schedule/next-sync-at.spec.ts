import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextSyncAt, type NextSyncFacts } from '../../../../lib/sync/schedule/next-sync-at.js';
import { healthStatuses } from '../../../../schemas/integration.js';

const now = new Date('2026-11-21T10:00:00.000Z');
const minuteMs = 60_000;

const integration = {
  syncCron: null,
  syncTimeZone: null,
  syncIntervalMinutes: 10,
  consecutiveSyncFailures: 0,
  healthStatus: 'healthy',
} as const;

type Changes = Partial<NextSyncFacts['integration']>;

function next(changes: Changes = {}, facts: Partial<NextSyncFacts> = {}): Date | null {
  return nextSyncAt({
    integration: { ...integration, ...changes },
    provider: {},
    settings: { jitter: 0 },
    now,
    random: () => 0.5,
    ...facts,
  });
}

const minutesUntil = (date: Date | null) => (date === null ? null : (date.getTime() - now.getTime()) / minuteMs);

describe('the next sync', () => {
  it('comes after the interval', () => {
    expect(minutesUntil(next())).toBe(10);
  });

  it.each([
    [0, 10],
    [1, 10],
    [2, 20],
    [3, 40],
    [4, 80],
    [5, 160],
    [6, 160],
    [5_000, 160],
  ])('after %i failed ones in a row comes after %i minutes', (consecutiveSyncFailures, expected) => {
    expect(minutesUntil(next({ consecutiveSyncFailures }))).toBe(expected);
  });

  it.each([
    ['healthy', 10],
    ['degraded', 20],
    ['failing', 100],
    ['disabled', null],
  ] as const)('of a %s integration comes after %s minutes', (healthStatus, expected) => {
    expect(minutesUntil(next({ healthStatus }))).toBe(expected);
  });

  it.each([
    ['failing', 2, 100],
    ['failing', 5, 160],
    ['degraded', 2, 20],
    ['degraded', 3, 40],
  ] as const)(
    'of a %s one after %i failures waits for the later, never for both',
    (healthStatus, failures, expected) => {
      expect(minutesUntil(next({ healthStatus, consecutiveSyncFailures: failures }))).toBe(expected);
    },
  );

  it('comes by itself only where there is a schedule', () => {
    expect(next({ syncIntervalMinutes: null })).toBeNull();
  });

  it('of a document of an earlier release, without the count, comes after the interval', () => {
    const { consecutiveSyncFailures: _count, ...early } = integration;
    expect(minutesUntil(next({}, { integration: early as NextSyncFacts['integration'] }))).toBe(10);
  });

  it('comes later by a share of the interval, ten minutes at most', () => {
    const settings = { jitter: 0.1 };
    expect(minutesUntil(next({}, { settings }))).toBe(10.5);
    expect(minutesUntil(next({ syncIntervalMinutes: 10_000 }, { settings }))).toBe(10_005);
  });
});

describe('the next sync by a cron expression', () => {
  const nightly = { syncCron: '0 3 * * *' };

  it('is its next occurrence, in its time zone', () => {
    expect(next(nightly)).toEqual(new Date('2026-11-22T03:00:00Z'));
    expect(next({ ...nightly, syncTimeZone: 'Asia/Tokyo' })).toEqual(new Date('2026-11-21T18:00:00Z'));
  });

  it.each([
    [2, '2026-11-23T03:00:00Z'],
    [3, '2026-11-25T03:00:00Z'],
  ])('after %i failures leaves occurrences out', (consecutiveSyncFailures, expected) => {
    expect(next({ ...nightly, consecutiveSyncFailures })).toEqual(new Date(expected));
  });

  it('comes half a minute later at most', () => {
    expect(next(nightly, { settings: { jitter: 1 } })).toEqual(new Date('2026-11-22T03:00:15Z'));
    expect(next({ syncCron: '*/20 * * * * *' }, { settings: { jitter: 0.1 } })).toEqual(
      new Date('2026-11-21T10:00:21Z'),
    );
  });
});

describe('whatever an integration is like', () => {
  const crons = ['*/5 * * * *', '0 3 * * *', '15 10 * * *', '0 9 * * mon-fri', '0 0 1 * *', '*/10 * * * * *'];
  const facts = fc.record({
    syncCron: fc.option(fc.constantFrom(...crons)),
    syncTimeZone: fc.option(fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York')),
    syncIntervalMinutes: fc.option(fc.integer({ min: 1, max: 525_600 })),
    consecutiveSyncFailures: fc.nat({ max: 100 }),
    healthStatus: fc.constantFrom(...healthStatuses),
  });
  const instants = fc.date({ min: new Date('2026-01-01'), max: new Date('2036-01-01'), noInvalidDate: true });
  const anything = {
    facts,
    at: instants,
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    share: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  };
  const provider = { defaultSyncInterval: () => 60 };
  const check = (
    property: (one: { facts: NextSyncFacts['integration']; at: Date; jitter: number; share: number }) => void,
  ) => fc.assert(fc.property(fc.record(anything), property), { seed: 20261121, numRuns: 500 });

  it('the next sync is later than now, unless there is none', () => {
    check(({ facts: of, at, jitter, share }) => {
      const date = nextSyncAt({ integration: of, provider, settings: { jitter }, now: at, random: () => share });
      if (of.healthStatus === 'disabled') expect(date).toBeNull();
      else expect(date?.getTime()).toBeGreaterThan(at.getTime());
    });
  });

  it('jitter only adds, and ten minutes at most', () => {
    check(({ facts: of, at, jitter, share }) => {
      const base = { integration: of, provider, now: at };
      const without = nextSyncAt({ ...base, settings: { jitter: 0 }, random: () => share });
      const withIt = nextSyncAt({ ...base, settings: { jitter }, random: () => share });
      if (without === null || withIt === null) return;
      const added = withIt.getTime() - without.getTime();
      expect(added).toBeGreaterThanOrEqual(0);
      expect(added).toBeLessThanOrEqual(10 * minuteMs);
    });
  });

  it('more failures never bring it forward', () => {
    check(({ facts: of, at }) => {
      const base = { provider, now: at, settings: { jitter: 0 } };
      const sooner = nextSyncAt({ ...base, integration: of });
      const later = nextSyncAt({
        ...base,
        integration: { ...of, consecutiveSyncFailures: of.consecutiveSyncFailures + 1 },
      });
      if (sooner === null || later === null) return;
      expect(later.getTime()).toBeGreaterThanOrEqual(sooner.getTime());
    });
  });
});
