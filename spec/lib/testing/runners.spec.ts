import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheFolder } from '../../support/bootstrap/paths.mjs';
import { useBuiltPackage } from '../../support/built-package.js';
import { useDatabase } from '../../support/database.js';

const run = promisify(execFile);
const RUN_TIMEOUT_MS = 60_000;

useBuiltPackage();
const database = useDatabase();
let folder = '';
beforeAll(async () => {
  await mkdir(cacheFolder, { recursive: true });
  folder = await mkdtemp(join(cacheFolder, 'node-test-'));
  await mkdir(join(folder, 'node_modules'));
  await symlink(join(import.meta.dirname, '../../..'), join(folder, 'node_modules/express-integrations'), 'junction');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A host's own tests: one that passes, and one whose failure has to read well. */
const tests = `
import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import mongoose from 'mongoose';
import { createIntegrations } from 'express-integrations';
import {
  assertRequested, createIntegration, fake, faults, startUpstream, stopFaking, waitFor,
} from 'express-integrations/testing';

let connection, upstream, integrations;
before(async () => {
  connection = await mongoose.createConnection(process.env.MONGODB_URI).asPromise();
  upstream = await startUpstream();
  const schema = { type: 'object', properties: { token: { type: 'string' } }, required: ['token'] };
  integrations = createIntegrations({
    connection,
    encryptionKeys: [{ id: 'test', secret: Buffer.alloc(32, 1).toString('base64') }],
    http: { allowedPrivateHosts: ['127.0.0.1'] },
    logger: false,
    providers: {
      shop: { name: 'Shop', credentialSchema: schema, metadataSchema: { type: 'object' }, http: { baseUrl: upstream.origin } },
    },
  });
  await integrations.start();
});
afterEach(() => stopFaking());
after(async () => {
  await integrations.close();
  await upstream.close();
  await connection.close();
});

it('passes', async () => {
  const shop = await createIntegration('shop');
  upstream.on('/orders', [1]).failNext(faults.reset());
  assert.deepEqual(await shop.at('/orders').get(), [1]);
  await waitFor('request', { integrationId: shop._id }, { statusCode: 200 });
  fake({ '/orders': [2] }, { integration: shop });
  assert.deepEqual(await shop.at('/orders').get(), [2]);
  assertRequested('GET:/orders', { times: 1 });
});

it('fails', async () => {
  const shop = await createIntegration('shop');
  fake();
  await shop.at('/orders').get();
  assertRequested('POST:/orders');
});
`;

describe('the testing entry', () => {
  it(
    'works in node:test, where a failed assertion says what was requested',
    async () => {
      const file = join(folder, 'shop.test.mjs');
      await writeFile(file, tests);
      const args = ['--test', '--test-reporter=tap', file];
      const env = { ...process.env, MONGODB_URI: database.uri, NODE_OPTIONS: '' };
      const outcome: unknown = await run(process.execPath, args, { cwd: folder, env }).catch((error: unknown) => error);
      const { code, stdout } = outcome as { readonly code: number; readonly stdout: string };
      expect(stdout).toMatch(/^\s*ok \d+ - passes/m);
      expect(stdout).toMatch(/^\s*not ok \d+ - fails/m);
      expect(stdout).toContain('Expected a request to "POST:/orders", got none.');
      expect(stdout).toContain('GET /orders (shop)');
      expect(stdout).toContain('Nearest: GET /orders (shop)');
      expect(stdout).toMatch(/expected: 'a request to "POST:\/orders"'/);
      expect(stdout).toMatch(/actual: 'none'/);
      expect(code).toBe(1);
    },
    RUN_TIMEOUT_MS,
  );

  it('names no test runner and none of its globals', async () => {
    const entry = join(import.meta.dirname, '../../../lib/testing');
    const files = (await readdir(entry, { recursive: true })).filter((name) => name.endsWith('.ts'));
    expect(files.length).toBeGreaterThan(30);
    for (const name of files) {
      const code = (await readFile(join(entry, name), 'utf8')).replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, '');
      expect(code, name).not.toMatch(/from '(?:vitest|jest|@jest|node:test|mocha)|\b(?:vi|jest|globalThis)\./);
    }
  });
});
