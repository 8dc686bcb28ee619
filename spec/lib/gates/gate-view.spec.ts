import mongoose from 'mongoose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createIntegrations, RateLimit } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';
import { localProvider } from '../../support/local-provider.js';

const database = useDatabase();
const upstream = useHttpServer();
const options = {
  rateLimits: { maxWaitSeconds: 0 },
  circuit: { strategy: 'count', failureCount: 1, cooldownSeconds: 60 },
} as const;
const limited = { defaultRateLimit: () => RateLimit.perMinute(1), rateLimits: () => [] };
const local = useLocalInstance(database, upstream, { ...options, provider: limited });
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  vi.useRealTimers();
  for (const close of closing.splice(0)) await close();
});

/** An instance of its own connection, as another process would have it. */
async function otherInstance() {
  const connection = await mongoose.createConnection(database.uri).asPromise();
  const integrations = createIntegrations({
    ...options,
    connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 5).toString('base64') }],
    logger: false,
    providers: { local: { ...localProvider(upstream), ...limited } },
  });
  closing.push(async () => {
    await integrations.close();
    await connection.close();
  });
  return integrations;
}

const create = (name: string) =>
  local.integrations.create({ provider: 'local', name, credentials: { token: 'a-token-0123' } });
const hour = 3_600_000;

describe.each([
  ['an hour fast', hour],
  ['an hour slow', -hour],
])('a process whose clock is %s', (name, offset) => {
  it('keeps to what the others have stored, by the clock of the server', async () => {
    const [down, held, forced, used] = await Promise.all(
      ['down', 'held', 'forced', 'used'].map((state) => create(`${state}, ${name}`)),
    );
    const fails = () => Promise.reject(Object.assign(new Error('down'), { status: 503 }));
    await expect(down!.at('sdk').post(fails)).rejects.toThrow('down');
    await held!.at('sdk').post((context) => context.reportResponseMetadata({ retryAfterSeconds: 60 }));
    await local.integrations.circuit.force(forced!, 'open', { forSeconds: 60 });
    await used!.at('sdk').post(() => 'answered');

    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + offset });
    const integrations = await otherInstance();

    const refusalOf = async ({ id }: { readonly id: string }) => {
      const same = await integrations.findOrFail(id);
      return same
        .at('sdk')
        .post(() => 'sent')
        .catch((error: unknown) => error);
    };
    const expected = [
      [down!, 'CIRCUIT_OPEN'],
      [held!, 'RATE_LIMIT_EXCEEDED'],
      [forced!, 'CIRCUIT_OPEN'],
      [used!, 'RATE_LIMIT_EXCEEDED'],
    ] as const;
    for (const [integration, code] of expected) {
      const refusal = (await refusalOf(integration)) as { code: string; retryAfterSeconds: number };
      expect(refusal).toMatchObject({ code });
      expect(refusal.retryAfterSeconds).toBeGreaterThan(30);
      expect(refusal.retryAfterSeconds).toBeLessThanOrEqual(62);
    }
  });
});
