import { afterEach, describe, expect, it } from 'vitest';
import {
  assertNothingRequested,
  assertRequestCount,
  assertRequested,
  fake,
  stopFaking,
} from '../../../../lib/testing/index.js';
import { useTracker } from '../tracker.js';

const world = useTracker();

afterEach(() => {
  stopFaking();
});

/** What the real upstream was asked for. */
const real = () => world.upstream.received.map(({ url }) => url);

describe('a fake of one integration', () => {
  it('answers its calls alone: those of others go out', async () => {
    const other = await world.create('Other');
    fake({ '/issues': 'faked' }, { integration: world.tracker });
    await expect(world.tracker.at('/issues').get()).resolves.toBe('faked');
    await expect(other.at('/issues').get()).resolves.toBeNull();
    await expect(other.at('label').get(() => 'ran')).resolves.toBe('ran');
    expect(real()).toEqual(['/issues']);
    assertRequestCount(1);
  });

  it('raises FAKE_RESPONSE_MISSING for its calls that no pattern matches, and lets none out', async () => {
    fake({ '/issues': 1 }, { integration: world.tracker._id });
    await expect(world.tracker.at('/isues').get()).rejects.toMatchObject({
      code: 'FAKE_RESPONSE_MISSING',
      message: expect.stringMatching(/Nearest: "\/issues"\.$/) as unknown,
    });
    expect(real()).toEqual([]);
  });

  it('stands beside those of other integrations, and before one for all', async () => {
    const [one, two, three] = [await world.create('One'), await world.create('Two'), await world.create('Three')];
    const all = fake({ '/issues': 'all' });
    const first = fake({ '/issues': 'one' }, { integration: one });
    fake({ '/issues': 'two' }, { integration: two });
    const answers = await Promise.all([one, two, three].map((each) => each.at('/issues').get()));
    expect(answers).toEqual(['one', 'two', 'all']);
    expect(first.requests).toMatchObject([{ integrationId: one._id }]);
    expect(all.requests).toMatchObject([{ integrationId: three._id }]);
    assertRequestCount(3);
    assertRequested('/issues', { integrationId: two, times: 1 });
    first.stop();
    await expect(one.at('/issues').get()).resolves.toBe('all');
  });

  it('replaces the one that the integration had, and what that recorded', async () => {
    const other = await world.create('Other');
    fake({ '/a': 1 }, { integration: world.tracker });
    fake({ '/a': 1 }, { integration: other });
    await world.tracker.at('/a').get();
    await other.at('/a').get();
    fake({ '/a': 2 }, { integration: world.tracker });
    assertRequestCount(1);
    await expect(world.tracker.at('/a').get()).resolves.toBe(2);
  });

  it('begins anew after stopFaking(), and is replaced by a fake for all', async () => {
    fake({ '/a': 1 }, { integration: world.tracker });
    await world.tracker.at('/a').get();
    stopFaking();
    assertRequestCount(1);
    fake({ '/a': 2 }, { integration: world.tracker });
    assertNothingRequested();
    fake({ '/a': 3 });
    await expect(world.tracker.at('/a').get()).resolves.toBe(3);
  });

  it('needs an integration', () => {
    expect(() => fake({}, { integration: 'nobody' })).toThrow(
      expect.objectContaining({
        code: 'OPTIONS_INVALID',
        message: 'The option `integration` takes an integration or its id.',
      }),
    );
  });
});
