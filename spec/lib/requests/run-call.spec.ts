import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { ambient } from '../../../lib/context.js';
import type { HttpExchange } from '../../../lib/requests/stages/send.js';
import { createPipelineFixture } from './pipeline-fixture.js';

const answer = (): Promise<HttpExchange> =>
  Promise.resolve({
    url: new URL('https://api.acme.test/'),
    response: { statusCode: 200, headers: {}, body: null, rawText: null },
  });

describe('the limits of a call', () => {
  it('are those of the instance, but for what the call says', async () => {
    const { at, recorded } = createPipelineFixture();
    await at('x').get(() => null);
    await at('x')
      .withOptions({ timeoutMs: 5_000, maxResponseBytes: 7 })
      .post(() => null);
    expect(recorded.map(({ call }) => call.limits)).toEqual([
      { maxAttempts: 3, timeoutMs: 30_000, deadlineMs: 120_000, maxResponseBytes: 1_000 },
      { maxAttempts: 1, timeoutMs: 5_000, deadlineMs: 120_000, maxResponseBytes: 7 },
    ]);
  });
});

describe('a body that can be read once', () => {
  const body = () => Readable.from(['x']);

  it('is refused where a retry would have to send it again', async () => {
    const sendHttp = vi.fn(answer);
    const { at } = createPipelineFixture({ sendHttp });
    await expect(at('/files').withData(body()).withAttempts(2).put()).rejects.toMatchObject({
      code: 'BODY_NOT_REPEATABLE',
    });
    expect(sendHttp).not.toHaveBeenCalled();
  });

  it('is sent where there is one attempt, and left to a callback', async () => {
    const { at } = createPipelineFixture({ sendHttp: answer });
    await at('/files').withData(body()).put();
    await expect(
      at('/files')
        .withData(body())
        .withAttempts(2)
        .put(() => 'sent'),
    ).resolves.toBe('sent');
  });
});

describe('the surroundings', () => {
  it('of a call name its integration, and are gone afterwards', async () => {
    const { at, integration } = createPipelineFixture();
    const identity = await at('x').get(() => ambient().integration);
    expect(identity).toEqual({ id: integration.id, provider: 'acme', name: 'Acme of the spec' });
    expect(ambient().integration).toBeNull();
  });
});
