import { AssertionError } from 'node:assert';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  assertNothingRequested,
  assertNotRequested,
  assertRequestCount,
  assertRequested,
  assertRequestedWith,
  fake,
  respond,
  sequence,
  stopFaking,
} from '../../../../lib/testing/index.js';
import { token, useTracker } from '../tracker.js';

const world = useTracker();
const at = (endpoint: string) => world.tracker.at(endpoint);

/** The message that the assertion fails with. */
function failureOf(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    expect(error).toBeInstanceOf(AssertionError);
    return (error as AssertionError).message;
  }
  throw new Error('The assertion did not fail.');
}

function expectInvalid(assertion: () => void, message: string): void {
  expect(assertion).toThrow(expect.objectContaining({ code: 'OPTIONS_INVALID', message }));
}

beforeEach(async () => {
  fake();
  await at('/issues').withData({ state: 'open' }).get();
  await at('/issues').withData({ title: 'Broken' }).post();
  await at('/issues').withData({ title: 'Slow' }).post();
  await at('/repos/acme/labels').get();
});

afterEach(() => {
  stopFaking();
});

describe('assertRequested', () => {
  it.each(['/issues', '/repos/*/labels', 'POST:/issues', 'GET:/repos/acme/*'])(
    'passes where %s was requested',
    (pattern) => {
      assertRequested(pattern);
    },
  );

  it('counts where a number is expected', () => {
    assertRequested('/issues', { times: 3 });
    assertRequested('POST:/issues', { times: 2 });
    assertRequested('/milestones', { times: 0 });
    expect(failureOf(() => assertRequested('POST:/issues', { times: 1 }))).toMatch(
      /^Expected 1 request to "POST:\/issues", got 2 requests\.$/m,
    );
    expect(failureOf(() => assertRequested('/issues', { times: 0 }))).toMatch(
      /^Expected 0 requests to .*, got 3 requests/,
    );
  });

  it('fails with a list of what was requested', () => {
    expect(failureOf(() => assertRequested('DELETE:/issues/*'))).toBe(
      [
        'Expected a request to "DELETE:/issues/*", got none.',
        'Requested:',
        '  GET /issues (tracker)',
        '  POST /issues (tracker) × 2',
        '  GET /repos/acme/labels (tracker)',
        'Nearest: GET /issues (tracker)',
      ].join('\n'),
    );
  });

  it('says so where nothing was requested', () => {
    fake();
    expect(failureOf(() => assertRequested('/issues'))).toBe(
      'Expected a request to "/issues", got none.\nNothing was requested.',
    );
  });

  it('cuts the list of a failure', async () => {
    fake();
    for (let number = 1; number <= 35; number += 1) await at(`/issues/${String(number)}`).get();
    const lines = failureOf(() => assertRequested('/labels')).split('\n');
    expect(lines).toHaveLength(33);
    expect(lines.at(-1)).toBe('  and 5 more');
  });

  it('takes the method as an option, in any case, equal to the prefix', () => {
    assertRequested('/issues', { method: 'post', times: 2 });
    assertRequested('POST:/issues', { method: 'post', times: 2 });
    expect(failureOf(() => assertRequested('/issues', { method: 'put' }))).toMatch(
      /^Expected a request to "\/issues" with method PUT, got none\.$/m,
    );
  });

  it('refuses a method that contradicts the prefix', () => {
    expectInvalid(
      () => assertRequested('GET:/issues', { method: 'POST' }),
      'The pattern "GET:/issues" asks for GET, the option `method` for POST.',
    );
  });

  it('takes an integration, or its id', async () => {
    const other = await world.create('Other');
    await other.at('/labels').get();
    assertRequested('/labels', { integrationId: other });
    assertRequested('/labels', { integrationId: other._id });
    assertRequested('/labels', { integrationId: other._id.toHexString() });
    expect(failureOf(() => assertRequested('/issues', { integrationId: other }))).toMatch(
      new RegExp(`^Expected a request to "/issues" by integration ${other._id.toHexString()}, got none\\.$`, 'm'),
    );
    expectInvalid(
      () => assertRequested('/labels', { integrationId: 'nobody' }),
      '`integrationId` must be an integration or its id.',
    );
  });

  it('refuses a number that cannot be one', () => {
    for (const times of [-1, 0.5, Number.NaN]) {
      expectInvalid(
        () => assertRequested('/issues', { times }),
        `A number of requests is an integer from 0, got ${String(times)}.`,
      );
    }
  });

  it('counts a call once, whatever the number of its attempts', async () => {
    fake({ '/flaky': sequence(respond({ status: 503, headers: { 'retry-after': '0' } }), { id: 1 }) });
    await at('/flaky').get();
    assertRequested('/flaky', { times: 1 });
    expect(failureOf(() => assertRequested('/other'))).toContain('GET /flaky (tracker), 2 attempts');
  });

  it('counts calls that were answered with an error, or with no response at all', async () => {
    fake({ '/issues': new Error('down') });
    await expect(at('/issues').get()).rejects.toThrow('down');
    await expect(at('/labels').get()).rejects.toMatchObject({ code: 'FAKE_RESPONSE_MISSING' });
    assertRequested('/issues');
    assertRequested('/labels');
  });
});

describe('assertNotRequested', () => {
  it('passes where nothing matches', () => {
    assertNotRequested('/milestones');
    assertNotRequested('DELETE:/issues');
    assertNotRequested('/issues', { method: 'PUT' });
    assertNotRequested('/repos/*');
  });

  it('fails where something matches', () => {
    expect(failureOf(() => assertNotRequested('/issues'))).toMatch(
      /^Expected no request to "\/issues", got 3 requests\.$/m,
    );
    expect(failureOf(() => assertNotRequested('/repos/*/*'))).toContain('GET /repos/acme/labels');
  });
});

describe('assertRequestedWith', () => {
  it('passes where a request satisfies the predicate', async () => {
    await at('/issues')
      .withIdempotencyKey('key-1')
      .withData({ labels: [{ name: 'bug' }] })
      .put();
    assertRequestedWith('/issues', ({ data }) => (data as { title?: string }).title === 'Slow');
    assertRequestedWith('GET:/issues', ({ url }) => url?.endsWith('/issues?state=open') ?? false);
    assertRequestedWith('PUT:/*', ({ idempotencyKey }) => idempotencyKey === 'key-1');
  });

  it('fails where none does, saying whether any matched the pattern', () => {
    expect(failureOf(() => assertRequestedWith('POST:/issues', () => false))).toMatch(
      /^Expected a request to "POST:\/issues" to satisfy the predicate, got 2 requests that did not\.$/m,
    );
    expect(failureOf(() => assertRequestedWith('/milestones', () => true))).toMatch(
      /^Expected a request to "\/milestones" to satisfy the predicate, got none\.$/m,
    );
  });

  it('shows the predicate the requests that match, and no others', () => {
    const seen: string[] = [];
    failureOf(() => assertRequestedWith('/issues', ({ method }) => seen.push(method) === 0, { method: 'POST' }));
    expect(seen).toEqual(['POST', 'POST']);
  });

  it('lets through what the predicate throws', () => {
    const thrown = new Error('mine');
    const predicate = () => {
      throw thrown;
    };
    expect(() => assertRequestedWith('/issues', predicate)).toThrow(thrown);
  });
});

describe('assertRequestCount and assertNothingRequested', () => {
  it('count calls', () => {
    assertRequestCount(4);
    expect(failureOf(() => assertRequestCount(1))).toMatch(/^Expected 1 request, got 4 requests\.$/m);
    expect(failureOf(assertNothingRequested)).toMatch(/^Expected no requests, got 4 requests\.$/m);
    fake();
    assertRequestCount(0);
    assertNothingRequested();
    expect(failureOf(() => assertRequestCount(2))).toMatch(/^Expected 2 requests, got none\.$/m);
    expect(() => assertRequestCount(-1)).toThrow(expect.objectContaining({ code: 'OPTIONS_INVALID' }));
  });
});

describe('a failed assertion', () => {
  it('shows no credentials, no data, no idempotency keys', async () => {
    await at(`/issues/${token}?api_key=abc123`).withIdempotencyKey('key-4711').withData({ title: 'Private' }).post();
    const message = failureOf(() => assertRequested('/milestones'));
    expect(message).toContain('POST /issues/');
    for (const secret of [token, 'abc123', 'key-4711', 'Private']) expect(message).not.toContain(secret);
  });

  it('has a stack that begins with the test, and says which assertion it was', () => {
    try {
      assertRequested('/milestones');
      expect.unreachable();
    } catch (error) {
      const { operator, stack = '' } = error as AssertionError;
      expect(operator).toBe('assertRequested');
      expect(stack.split('\n').find((line) => /^\s+at /.test(line))).toContain('assertions.spec.ts');
    }
  });
});

describe('assertions look at the last fake', () => {
  it('also after it was stopped', () => {
    stopFaking();
    assertRequestCount(4);
  });

  it('and at nothing that was recorded before it', () => {
    fake();
    assertNothingRequested();
  });

  it('of the instance that is named', async () => {
    const other = world.open('assertions_other');
    try {
      fake({}, { integrations: other });
      assertNothingRequested({ integrations: other });
      assertRequestCount(4, { integrations: world.integrations });
      assertRequested('/issues', { integrations: world.integrations });
      expect(() => assertRequested('/issues')).toThrow(expect.objectContaining({ code: 'INSTANCE_AMBIGUOUS' }));
    } finally {
      await other.close();
    }
  });

  it('and need one', async () => {
    const other = world.open('assertions_unfaked');
    try {
      expect(() => assertNothingRequested({ integrations: other })).toThrow(
        expect.objectContaining({ code: 'FAKE_MISSING' }),
      );
    } finally {
      await other.close();
    }
  });
});
