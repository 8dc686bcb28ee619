import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { ambient, currentContext, runWithin, type RequestContext } from '../../lib/context.js';

function context(endpoint: string): RequestContext {
  return {
    integrationId: new Types.ObjectId(),
    provider: 'github',
    endpoint,
    method: 'GET',
    idempotencyKey: null,
    attempt: 1,
    maxAttempts: 1,
    signal: new AbortController().signal,
    responseMetadata: {},
    reportResponseMetadata: () => undefined,
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('currentContext', () => {
  it('is null outside of calls', () => {
    expect(currentContext()).toBeNull();
  });

  it('is the context of the call whose callback runs, and null again afterwards', async () => {
    const request = context('/a');
    await runWithin({ request }, async () => {
      expect(currentContext()).toBe(request);
      await turn();
      expect(currentContext()).toBe(request);
    });
    expect(currentContext()).toBeNull();
  });

  it('is null again after the callback threw', async () => {
    const fail = (): never => {
      throw new Error('failed');
    };
    expect(() => runWithin({ request: context('/a') }, fail)).toThrow('failed');
    await expect(runWithin({ request: context('/a') }, async () => fail())).rejects.toThrow('failed');
    expect(currentContext()).toBeNull();
  });

  it('nests: the inner call has its own, and the outer one its own again', async () => {
    const outer = context('/outer');
    const inner = context('/inner');
    await runWithin({ request: outer }, async () => {
      await runWithin({ request: inner }, async () => {
        await turn();
        expect(currentContext()).toBe(inner);
      });
      expect(currentContext()).toBe(outer);
    });
  });

  it('is not mixed up by calls side by side', async () => {
    const calls = Array.from({ length: 20 }, (_, index) => context(`/${index}`));
    const seen = await Promise.all(
      calls.map((request, index) =>
        runWithin({ request }, async () => {
          for (let turns = 0; turns < index % 5; turns += 1) await turn();
          return currentContext();
        }),
      ),
    );
    expect(seen).toEqual(calls);
  });
});

describe('runWithin', () => {
  it('leaves what it does not name as it is outside', () => {
    const integration = { id: '1', provider: 'github', name: 'GitHub' };
    const request = context('/a');
    runWithin({ integration }, () => {
      runWithin({ request }, () => {
        expect(ambient()).toMatchObject({ integration, request, operation: null });
      });
      expect(ambient()).toMatchObject({ integration, request: null, operation: null });
    });
    const nothing = {
      integration: null,
      request: null,
      attempt: null,
      operation: null,
      syncAttempt: null,
      noteCall: null,
    };
    expect(ambient()).toEqual({ ...nothing, priority: 'interactive' });
  });
});
