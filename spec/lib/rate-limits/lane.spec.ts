import { describe, expect, it } from 'vitest';
import { Lane } from '../../../lib/rate-limits/lane.js';
import { defaultRule } from '../../../lib/rate-limits/rate-rule.js';

describe('a lane', () => {
  it('serves as many waiting calls as there are', async () => {
    const serverTime = new Date();
    const lane = new Lane({
      rules: [defaultRule({ limit: 1_000_000, seconds: 60, kind: 'sliding' })],
      store: {
        reserve: async ({ interactive }) => ({ serverTime, granted: interactive, taken: [] }),
        settle: async () => undefined,
      },
      knownView: () => null,
      newSlotId: () => 'slot',
      onIdle: () => undefined,
    });
    const deadline = performance.now() + 60_000;
    const calls = Array.from({ length: 150_000 }, async () =>
      lane.take({
        priority: 'interactive',
        timeoutMs: 1_000,
        deadline,
        isUrgent: false,
        signal: new AbortController().signal,
      }),
    );
    const answers = await Promise.all(calls);
    expect(answers.every(({ kind }) => kind === 'token')).toBe(true);
  });
});
