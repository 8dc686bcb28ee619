import { Types } from 'mongoose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IntegrationError, type IntegrationDocument } from '../../../lib/index.js';
import { refreshAhead } from '../../../lib/oauth/refresh-ahead.js';
import { refreshJobName } from '../../../lib/oauth/refresh-job.js';
import { useDatabase } from '../../support/database.js';
import { inSeconds, useOAuthInstance, type Connected } from '../../support/oauth-instance.js';

const database = useDatabase();
const world = useOAuthInstance(database);

const jobs = () => database.connection.collection('integration_jobs');
const collection = () => world.integrations.models.Integration.collection;

/** Connected, with a token whose time has come, though it does not expire soon. */
async function due(connected: Connected = {}, fields: object = {}) {
  const { _id } = await world.connect({ expiresInSeconds: 3_000, ...connected });
  await collection().updateOne({ _id }, { $set: { tokenRefreshAt: inSeconds(-60), ...fields } });
  return _id;
}

/** As a cron job has them run. */
async function runDue() {
  await world.integrations.runDue();
  await jobs().updateMany({ name: refreshJobName }, { $set: { nextRunAt: new Date() } });
  return world.integrations.runDue();
}

it('refreshes the tokens whose time has come, before any caller has to', async () => {
  await due();
  expect(await runDue()).toMatchObject({ failed: 0 });
  expect(world.asked).toEqual(['first']);
  const stored = await world.stored();
  expect(await stored.credentialsArray()).toMatchObject({ accessToken: 'new' });
  expect(stored.tokenRefreshAt!.getTime()).toBeGreaterThan(Date.now() + 1_800_000);
});

it.each([
  ['whose time has not come', { tokenRefreshAt: inSeconds(60) }],
  ['of integrations that are switched off', { isActive: false }],
  ['whose grant is over', { grantEndedAt: new Date() }],
])('leaves tokens %s', async (_title, fields) => {
  await due({}, fields);
  await runDue();
  expect(world.asked).toEqual([]);
});

describe('many tokens whose time has come', () => {
  const count = 120;
  const seen: string[] = [];

  beforeEach(async () => {
    seen.length = 0;
    await due();
    const row = (await collection().findOne({ _id: world.integration._id }))!;
    const rows = Array.from({ length: count - 1 }, (_, index) => ({
      ...row,
      _id: new Types.ObjectId(),
      name: `${index}`,
    }));
    await collection().insertMany(rows);
  });
  afterEach(() => collection().deleteMany({}));

  const look = (each: () => Promise<void>, signal = new AbortController().signal) => {
    const tokens = {
      refreshAhead: async (integration: IntegrationDocument) => {
        seen.push(integration.id);
        await each();
      },
    };
    return refreshAhead({ model: world.integrations.models.Integration, tokens, logger: world.logger }, signal);
  };

  it('are all looked at, although those before them cannot be refreshed now', async () => {
    await look(() => Promise.reject(new IntegrationError('OAUTH_REFRESH_FAILED', 'Away.')));
    expect(new Set(seen).size).toBe(count);
    expect(world.logger.lines).toEqual([]);
  });

  it('are left to others when the job is told to end', async () => {
    const ending = new AbortController();
    await look(async () => ending.abort(), ending.signal);
    expect(seen.length).toBeLessThan(count);
  });

  it('are told of in the log where it is our fault', async () => {
    await look(() => Promise.reject(new Error('a defect')));
    expect(world.logger.lines).toHaveLength(count);
  });
});
