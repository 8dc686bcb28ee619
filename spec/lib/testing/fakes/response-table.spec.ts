import fc from 'fast-check';
import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import type { FakedRequest } from '../../../../lib/testing/fakes/faked-request.js';
import { createResponseTable } from '../../../../lib/testing/fakes/response-table.js';

const request = (method: string, endpoint: string): FakedRequest => ({
  integrationId: new Types.ObjectId(),
  provider: 'github',
  endpoint,
  method,
  data: undefined,
  idempotencyKey: null,
  url: null,
  headers: {},
  attempts: 1,
});

/** Which of the patterns answers, asked in the order given. */
async function winner(patterns: readonly string[], method: string, endpoint: string): Promise<unknown> {
  const table = createResponseTable(Object.fromEntries(patterns.map((pattern) => [pattern, pattern])));
  const asked = request(method, endpoint);
  return (await table.find(asked)?.(asked)) ?? null;
}

describe('a response table', () => {
  it.each([
    ['a method before none', ['/issues', 'GET:/issues'], 'GET:/issues'],
    ['a method with * before an exact one without', ['/issues', 'GET:/*'], 'GET:/*'],
    ['an exact one before *', ['/*', '/issues'], '/issues'],
    ['more literal characters before fewer', ['/*', '/is*'], '/is*'],
    ['of equal ones the first', ['/issue*', '/*ssues'], '/issue*'],
  ])('prefers %s', async (_rule, patterns, expected) => {
    await expect(winner(patterns, 'GET', '/issues')).resolves.toBe(expected);
  });

  it('passes over a better pattern of another method', async () => {
    await expect(winner(['POST:/issues', '/*'], 'GET', '/issues')).resolves.toBe('/*');
  });

  it('finds nothing where no pattern matches', async () => {
    await expect(winner(['/issues/*', 'POST:/issues'], 'GET', '/issues')).resolves.toBeNull();
  });

  it('has the same winner whatever the order, where no two patterns are equally specific', async () => {
    // All match GET /abc, each with a rank of its own.
    const ranked = ['GET:/abc', 'GET:/ab*', 'GET:/a*', 'GET:/*', '/abc', '/ab*', '/a*', '/*'];
    const some = fc.shuffledSubarray(ranked, { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(some, async (patterns) => {
        const best = ranked.find((pattern) => patterns.includes(pattern));
        await expect(winner(patterns, 'GET', '/abc')).resolves.toBe(best);
      }),
    );
  });
});
