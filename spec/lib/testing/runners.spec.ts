import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../support/bootstrap/paths.mjs';
import { useBuiltPackage } from '../../support/built-package.js';
import { useDatabase } from '../../support/database.js';

const run = promisify(execFile);
const RUN_TIMEOUT_MS = 60_000;

useBuiltPackage();
const database = useDatabase();
let folder = '';
beforeAll(async () => {
  // Jest looks at nothing below a folder called node_modules.
  folder = await mkdtemp(join(await realpath(tmpdir()), 'express-integrations-runners-'));
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  await symlink(root, join(modules, 'express-integrations'), 'junction');
  await symlink(join(root, 'node_modules/mongoose'), join(modules, 'mongoose'), 'junction');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A host's own tests: one that passes, and one whose failure has to read well. */
const tests = `
import assert from 'node:assert/strict';
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
  // In Jest, a copy that Node.js makes is no instance of the test's Object.
  fake(structuredClone({ '/orders': [2] }), { integration: shop });
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

/** How a run ended, and what it said. */
interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Node.js in the folder: both samples have a test that fails. */
async function runNode(args: readonly string[]): Promise<Outcome> {
  const env = { ...process.env, MONGODB_URI: database.uri, NODE_OPTIONS: '', FORCE_COLOR: '0' };
  const options = { cwd: folder, env, timeout: RUN_TIMEOUT_MS / 2 };
  const outcome: unknown = await run(process.execPath, args, options).catch((error: unknown) => error);
  return outcome as Outcome;
}

describe('the testing entry', () => {
  it(
    'works in node:test, where a failed assertion says what was requested',
    async () => {
      const file = join(folder, 'shop.test.mjs');
      await writeFile(file, `import { after, afterEach, before, it } from 'node:test';\n${tests}`);
      const { code, stdout } = await runNode(['--test', '--test-reporter=tap', file]);
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

  it(
    'works in Jest, which has globals of its own, and which ends by itself',
    async () => {
      const config = {
        transform: {},
        testMatch: ['**/*.jest.mjs'],
        moduleFileExtensions: ['mjs', 'js'],
        watchman: false,
      };
      const jest = { ...config, cacheDirectory: join(folder, 'jest-cache') };
      await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', jest }));
      await writeFile(join(folder, 'shop.jest.mjs'), `const [before, after] = [beforeAll, afterAll];\n${tests}`);
      const script = createRequire(import.meta.url).resolve('jest/bin/jest');
      const { code, stderr } = await runNode(['--experimental-vm-modules', script]);
      expect(stderr).toMatch(/^\s*\S passes \(/m);
      expect(stderr).toContain('Tests:       1 failed, 1 passed, 2 total');
      expect(stderr).toContain('Expected a request to "POST:/orders", got none.');
      expect(stderr).toContain('Nearest: GET /orders (shop)');
      expect(stderr).toMatch(/^\s*- a request to "POST:\/orders"$\s*\+ none$/m);
      expect(stderr).toMatch(/^\s*> \d+ \| +assertRequested\('POST:\/orders'\);$/m);
      expect(stderr).not.toContain('Jest did not exit');
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
