import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { IntegrationError } from '../../../lib/errors.js';
import { isConnectionFailure } from '../../../lib/failures/connection-failure.js';

function coded(code: unknown): Error {
  return Object.assign(new Error('failed'), { code });
}

const failureOf = (work: () => Promise<unknown>): Promise<unknown> =>
  work().then(
    () => undefined,
    (error: unknown) => error,
  );

describe('isConnectionFailure', () => {
  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ETIMEDOUT',
    'EPIPE',
    'ERR_NETWORK',
    'ECONNABORTED',
  ])('knows %s', (code) => {
    expect(isConnectionFailure(coded(code))).toBe(true);
  });

  it('finds the code anywhere in the cause chain', () => {
    expect(isConnectionFailure(new Error('sdk', { cause: new Error('client', { cause: coded('ECONNRESET') }) }))).toBe(
      true,
    );
  });

  it('counts an attempt that timed out', () => {
    expect(isConnectionFailure(new IntegrationError('ATTEMPT_TIMEOUT', 'too slow'))).toBe(true);
  });

  it('counts the time-out of an SDK that uses AbortSignal.timeout()', async () => {
    const signal = AbortSignal.timeout(1);
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
    expect(isConnectionFailure(signal.reason)).toBe(true);
  });

  it("counts what Node's fetch makes of a refused and of a broken connection", async () => {
    const server = createServer((socket) => socket.once('data', () => socket.destroy()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const broken = await failureOf(() => fetch(url));
    await new Promise((resolve) => server.close(resolve));
    const refused = await failureOf(() => fetch(url));
    expect([broken, refused].map(isConnectionFailure)).toEqual([true, true]);
  });

  it.each([
    ['an unknown code', coded('EACCES')],
    ['a numeric code', coded(503)],
    ['the deadline of the whole call', new IntegrationError('DEADLINE_EXCEEDED', 'too late')],
    ['any other error', new Error('ECONNRESET in the message proves nothing')],
  ])('does not count %s', (_what, error) => {
    expect(isConnectionFailure(error)).toBe(false);
  });
});
