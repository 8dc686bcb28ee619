import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGitHubApi, type GitHubApi } from '../../docs/examples/demo/github-api/index.js';
import { useBuiltPackage } from '../support/built-package.js';
import { useDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';
import { useHttpServer } from '../support/http-server.js';
import { runExample } from './example-process.js';
import { codeBlocks, readPage, root } from './markdown.js';
import { waitFor } from '../support/wait-for.js';

const blocks = codeBlocks(readPage('README.md'), 'ts');
const EXAMPLE_TIMEOUT_MS = 60_000;
const INTEGRATIONS_KEY = randomBytes(32).toString('base64');

it('shows the quick start as it is', () => {
  expect(blocks).toEqual([readPage('docs/examples/quick-start.ts')]);
});

it('begins with lines of the quick start, in their order', () => {
  const [excerpt = ''] = codeBlocks(readPage('README.md'), 'typescript');
  const lines = excerpt.trim().split('\n');
  const program = readPage('docs/examples/quick-start.ts').split('\n');
  const places = lines.map((line, index) =>
    program.indexOf(line, index === 0 ? 0 : program.indexOf(lines[index - 1]!)),
  );
  expect(lines.length).toBeLessThanOrEqual(10);
  expect(places).not.toContain(-1);
});

it('links to every example', () => {
  const examples = readdirSync(`${root}docs/examples`).filter(
    (name) => name.endsWith('.ts') && name !== 'quick-start.ts',
  );
  expect(examples.filter((name) => !readPage('README.md').includes(`docs/examples/${name}`))).toEqual([]);
});

describe('the quick start', () => {
  let api: GitHubApi;
  beforeAll(async () => {
    api = await startGitHubApi();
  });
  afterAll(() => api.close());
  useBuiltPackage();
  const database = useDatabase();

  it('serves issues that it gets from GitHub', { timeout: EXAMPLE_TIMEOUT_MS }, async () => {
    const port = await freePort();
    const app = runExample('docs/examples/quick-start.ts', [], {
      MONGODB_URI: database.uri,
      INTEGRATIONS_KEY,
      GITHUB_TOKEN: api.token,
      GITHUB_API_URL: api.url,
      PORT: String(port),
    });
    try {
      const origin = `http://127.0.0.1:${port}`;
      await waitFor(async () => expect((await fetch(`${origin}/integrations/health`)).status).toBe(200), {
        timeout: EXAMPLE_TIMEOUT_MS,
      });
      const issues = await (await fetch(`${origin}/issues`)).json();
      expect(issues).toHaveLength(13);
    } finally {
      app.stop();
    }
    expect((await app.ended).stderr).toBe('');
    expect(api.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /repos/octokit-fixture-org/paginate-issues/issues',
    ]);
    const logged = await database.connection.collection('integration_requests').find().toArray();
    expect(logged).toMatchObject([{ endpoint: '/repos/{owner}/{repo}/issues', statusCode: 200 }]);
  });
});

describe('the example of an own provider', () => {
  useBuiltPackage();
  const database = useDatabase();
  const upstream = useHttpServer();

  it(
    'calls its API with the key, and logs the call without the e-mail address',
    { timeout: EXAMPLE_TIMEOUT_MS },
    async () => {
      upstream.answer((request, response) => {
        const isKnown = request.headers['x-api-key'] === 'desk-key-0123456789';
        response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json', 'x-request-id': 'req-1' });
        response.end(JSON.stringify({ subject: 'Printer on fire', requester: { email: 'someone@example.com' } }));
      });
      const example = runExample('docs/examples/own-provider.ts', [], {
        MONGODB_URI: database.uri,
        INTEGRATIONS_KEY,
        DESK_URL: upstream.origin,
        DESK_KEY: 'desk-key-0123456789',
      });
      expect(await example.ended).toEqual({ code: 0, stdout: 'Printer on fire\n', stderr: '' });
      expect(upstream.received.map(({ url }) => url)).toEqual(['/api/v2/tickets/7']);
      const [logged] = await database.connection.collection('integration_requests').find().toArray();
      expect(logged).toMatchObject({ endpoint: '/tickets/{id}', statusCode: 200, providerRequestId: 'req-1' });
      expect(logged?.responseData).toBe('{"subject":"Printer on fire","requester":{"email":"[REDACTED]"}}');
    },
  );
});

describe('the example of a sync', () => {
  let api: GitHubApi;
  beforeAll(async () => {
    api = await startGitHubApi();
  });
  afterAll(() => api.close());
  useBuiltPackage();
  const database = useDatabase();

  it('hands every issue to the application, and ends by itself', { timeout: EXAMPLE_TIMEOUT_MS }, async () => {
    const example = runExample('docs/examples/sync.ts', [], {
      MONGODB_URI: database.uri,
      INTEGRATIONS_KEY,
      GITHUB_TOKEN: api.token,
      GITHUB_API_URL: api.url,
    });
    const { code, stdout, stderr } = await example.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^13 issues, 0 of them failed, up to \d{4}-\d\d-\d\dT/);
    await expect(database.connection.collection('issues').countDocuments()).resolves.toBe(13);
  });
});
