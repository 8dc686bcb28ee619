import express, { type ErrorRequestHandler } from 'express';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createIntegrations, jobsDashboard, type Guard, type JobsDashboardOptions } from '../../lib/index.js';
import { useDatabase } from '../support/database.js';
import { useHttpServer } from '../support/http-server.js';
import { memoryLogger } from '../support/memory-logger.js';

const database = useDatabase();
const server = useHttpServer();
const logger = memoryLogger();
const opened: { close(): Promise<void> }[] = [];

function open(prefix = 'integration') {
  const integrations = createIntegrations({
    connection: database.connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 3).toString('base64') }],
    logger,
    prefix,
  });
  opened.push(integrations);
  return integrations;
}

afterEach(async () => {
  logger.lines.length = 0;
  for (const integrations of opened.splice(0)) await integrations.close();
});

/** An application with the dashboard at /admin/jobs. */
function serve(options: JobsDashboardOptions): void {
  const app = express();
  app.use('/admin/jobs', jobsDashboard(options));
  const answer: ErrorRequestHandler = (error: Error, _req, res, _next) => {
    res.status(500).send(`the application's own: ${error.message}`);
  };
  app.use(answer);
  server.answer(app);
}

const allow: Guard = () => true;
const url = (path: string) => `${server.origin}/admin/jobs${path}`;

interface Sent {
  readonly body?: string;
  readonly type?: string;
  readonly headers?: Record<string, string>;
}

function post(path: string, { body = '{}', type = 'application/json', headers = {} }: Sent = {}): Promise<Response> {
  return fetch(url(path), { method: 'POST', body, headers: { 'content-type': type, ...headers } });
}

describe('the guard', () => {
  it('is asked for every request, with the action', async () => {
    const guard = vi.fn(allow);
    open();
    serve({ guard });
    await fetch(url('/api'));
    await fetch(url('/'));
    expect(guard).toHaveBeenCalledTimes(2);
    expect(guard).toHaveBeenCalledWith(expect.anything(), { action: 'jobs.dashboard', integration: null });
  });

  it.each<[string, Guard]>([
    ['false', () => false],
    ['a promise of false', () => Promise.resolve(false)],
    ['something that is merely truthy', () => 'yes' as unknown as boolean],
  ])('refuses by %s', async (_name, guard) => {
    open();
    serve({ guard });
    const response = await fetch(url('/api'));
    expect(response.status).toBe(403);
    await expect(response.json()).resolves.toMatchObject({ code: 'ACTION_FORBIDDEN' });
  });

  it('refuses everybody where there is none, and says so once in the log', async () => {
    open();
    serve({});
    expect((await fetch(url('/'))).status).toBe(403);
    expect((await fetch(url('/api'))).status).toBe(403);
    expect(logger.lines).toMatchObject([{ level: 'warn', meta: { action: 'jobs.dashboard' } }]);
  });

  it("leaves what it throws to the application's own handler", async () => {
    open();
    serve({ guard: () => Promise.reject(new Error('no session')) });
    await expect(fetch(url('/api')).then((response) => response.text())).resolves.toContain('no session');
  });
});

describe('the dashboard', () => {
  it('shows its page, and the jobs of the only open instance', async () => {
    const integrations = open();
    serve({ guard: allow });
    await integrations.start();
    await integrations.agenda.schedule(new Date(Date.now() + 60_000), 'theirs', {});
    await expect(fetch(url('/')).then((response) => response.text())).resolves.toContain('<html');
    const { jobs } = (await (await fetch(url('/api'))).json()) as { jobs: { job: { name: string } }[] };
    expect(jobs.map(({ job }) => job.name)).toContain('theirs');
    expect((await fetch(url('/api/stats'))).status).toBe(200);
  });

  it('shows those of the instance that it was given, where several are open', async () => {
    const [one, other] = [open('one'), open('other')];
    serve({ guard: allow, integrations: other });
    await one.agenda.now('of one', {});
    await other.agenda.now('of the other', {});
    const answer = await (await fetch(url('/api'))).text();
    expect(answer).toContain('of the other');
    expect(answer).not.toContain('of one');
  });

  it('answers with the error where no instance is open', async () => {
    serve({ guard: allow });
    const response = await fetch(url('/api'));
    await expect(response.json()).resolves.toMatchObject({ code: 'INSTANCE_MISSING' });
  });

  it('is not cached', async () => {
    open();
    serve({ guard: allow });
    expect((await fetch(url('/api'))).headers.get('cache-control')).toBe('no-store');
  });
});

describe('changes', () => {
  const integrations = () => {
    const instance = open();
    serve({ guard: allow });
    return instance;
  };
  const count = () => database.connection.collection('integration_jobs').countDocuments({ name: 'theirs' });

  beforeAll(() =>
    database.connection
      .collection('integration_jobs')
      .deleteMany({})
      .then(() => undefined),
  );

  it('are made to the jobs that are named', async () => {
    const { agenda } = integrations();
    const { attrs } = await agenda.now('theirs', {});
    await agenda.now('theirs', {});
    const response = await post('/api/jobs/delete', { body: JSON.stringify({ jobIds: [attrs._id] }) });
    expect(response.status).toBe(200);
    await expect(count()).resolves.toBe(1);
  });

  it.each([
    ['a form', { body: 'jobIds=0', type: 'application/x-www-form-urlencoded' }, 415],
    ['plain text', { body: '{"jobIds":[]}', type: 'text/plain' }, 415],
    ['an id that is no list', { body: '{"jobIds":"6b01c1b3ba71237af6fcb7af"}' }, 400],
    ['ids that are no texts', { body: '{"jobIds":[{}]}' }, 400],
    ['ids that are no ids', { body: '{"jobIds":["1"]}' }, 400],
    ['no ids', { body: '{}' }, 400],
    ['another site', { body: '{"jobIds":[]}', headers: { 'sec-fetch-site': 'cross-site' } }, 403],
    ['another origin', { body: '{"jobIds":[]}', headers: { origin: 'https://evil.example' } }, 403],
    ['no origin at all', { body: '{"jobIds":[]}', headers: { origin: 'null' } }, 403],
  ])('are refused by %s', async (_name, sent, status) => {
    const { agenda } = integrations();
    await agenda.now('theirs', {});
    const before = await count();
    for (const change of ['requeue', 'retry', 'delete', 'pause', 'resume']) {
      expect((await post(`/api/jobs/${change}`, sent)).status).toBe(status);
    }
    await expect(count()).resolves.toBe(before);
  });

  it('are accepted from its own pages', async () => {
    integrations();
    const headers = { origin: server.origin, 'sec-fetch-site': 'same-origin' };
    expect((await post('/api/jobs/retry', { body: '{"jobIds":[]}', headers })).status).toBe(200);
  });

  it.each(['/api/jobs/create', '/api/jobs/create/', '/API/jobs/Create', '/anything'])(
    'are none that make a job: %s',
    async (path) => {
      integrations();
      const before = await count();
      const body = JSON.stringify({ jobName: 'theirs', jobData: {}, jobIds: [] });
      const response = await post(path, { body });
      await expect(response.json()).resolves.toMatchObject({ status: 403, code: 'ACTION_FORBIDDEN' });
      await expect(count()).resolves.toBe(before);
    },
  );
});
