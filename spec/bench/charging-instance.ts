import { createIntegrations, defineProvider } from 'express-integrations';
import mongoose from 'mongoose';

export interface ChargingSettings {
  readonly mongoUrl: string;
  readonly apiUrl: string;
  readonly timeoutMs: number;
  readonly leaseSeconds: number;
}

/**
 * An instance of the soak of writes: of two providers on the same API, which recognises no repetitions; one of them can
 * ask it what became of a write.
 */
export async function openChargingInstance({ mongoUrl, apiUrl, timeoutMs, leaseSeconds }: ChargingSettings) {
  const connection = await mongoose.createConnection(mongoUrl).asPromise();
  const base = {
    name: 'Charging API',
    credentialSchema: { type: 'object' },
    metadataSchema: { type: 'object' },
    http: { baseUrl: apiUrl },
  } as const;
  const integrations = createIntegrations({
    connection,
    encryptionKeys: [{ id: 'soak', secret: Buffer.alloc(32, 7).toString('base64') }],
    http: { allowedPrivateHosts: ['127.0.0.1'] },
    requests: { timeoutMs, deadlineMs: 20_000 },
    retry: { maxDelayMs: 50 },
    circuit: { enabled: false },
    idempotency: { leaseSeconds },
    logger: false,
    providers: {
      plain: defineProvider(base),
      asking: defineProvider({
        ...base,
        async reconcileWrite(integration, { idempotencyKey }) {
          const count = await integration.at(`/charges/${encodeURIComponent(idempotencyKey)}`).get();
          return Number(count) > 0 ? { executed: true, result: 'found' } : { executed: false };
        },
      }),
    },
  });
  await integrations.start();
  const close = async (): Promise<void> => {
    await integrations.close();
    await connection.close();
  };
  return { integrations, close };
}
