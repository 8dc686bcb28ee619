import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { createIntegrations } from '../../lib/index.js';
import { github } from '../../providers/github/index.js';
import { useBuiltPackage } from '../support/built-package.js';
import { useDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';
import { gitHubToken, signedRequest } from '../support/github-webhooks.js';
import { runExample } from './example-process.js';
import { waitFor } from '../support/wait-for.js';

const EXAMPLE_TIMEOUT_MS = 60_000;
const INTEGRATIONS_KEY = randomBytes(32).toString('base64');
const secret = "It's a Secret to Everybody";

describe('the example of webhooks', () => {
  useBuiltPackage();
  const database = useDatabase();
  const administration = createIntegrations({
    connection: database.connection,
    providers: { github },
    encryptionKeys: [{ id: '2026-11', secret: INTEGRATIONS_KEY }],
    jobs: { enabled: false },
    logger: false,
  });
  afterAll(() => administration.close());

  it('handles the webhooks of a GitHub App for its installations', { timeout: EXAMPLE_TIMEOUT_MS }, async () => {
    const credentials = { token: gitHubToken };
    const metadata = { installationId: 7 };
    const { id } = await administration.create({ provider: 'github', name: 'Mona', credentials, metadata });
    const port = await freePort();
    const app = runExample('docs/examples/webhooks.ts', [], {
      MONGODB_URI: database.uri,
      INTEGRATIONS_KEY,
      GITHUB_WEBHOOK_SECRET: secret,
      PORT: String(port),
    });
    const send = async (event: string, payload: object, signedWith = secret) => {
      const request = await signedRequest({ event, payload, secret: signedWith });
      return (await fetch(`http://127.0.0.1:${port}/integrations/github/webhook`, request)).status;
    };
    const opened = {
      action: 'opened',
      issue: { number: 3, title: 'Printer on fire' },
      repository: { full_name: 'octo/hello', name: 'hello', owner: { login: 'octo' } },
      installation: { id: 7 },
    };
    try {
      await waitFor(async () => expect(await send('ping', {})).toBe(200), { timeout: EXAMPLE_TIMEOUT_MS });
      expect(await send('issues', opened, 'a guess')).toBe(401);
      expect(await send('issues', opened)).toBe(200);
      await waitFor(() => expect(app.stdout()).toBe('Mona: Printer on fire\n'), { timeout: 10_000 });
      expect(await send('installation', { action: 'deleted', installation: { id: 7 } })).toBe(200);
      const isActive = async () => (await administration.findOrFail(id)).isActive;
      await waitFor(async () => expect(await isActive()).toBe(false), { timeout: 10_000 });
    } finally {
      app.stop();
    }
    expect((await app.ended).stderr).toBe('');
  });
});
