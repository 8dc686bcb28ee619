import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { createIntegrations } from '../../../lib/index.js';
import { useCli, type PipedCli } from '../../support/cli-host.js';
import { useDatabase } from '../../support/database.js';
import { startMongoProxy } from '../../support/mongo-proxy.js';

const config = (early: string) => `
import express from 'express';
import mongoose from 'mongoose';
import { createIntegrations, integrationsRouter } from 'express-integrations';
import { createGitHub } from 'express-integrations/providers/github';
const integrations = createIntegrations({
  connection: mongoose.connection,
  providers: { github: createGitHub({ webhooks: {} }) },
  encryptionKeys: [{ id: 'a', secret: process.env.KEY }],
});
const app = express();
${early}
app.use(integrationsRouter({ integrations }));
export default { integrations, app };
`;
/** Tells somebody that it was asked, before it goes on. */
const telling = `app.use((_req, _res, next) => fetch(process.env.TOLD).then(() => next(), next));`;
/** For a process whose clock is off. */
const shiftedClock = `
const { now } = Date;
Date.now = () => now() + Number(process.env.SHIFT_MS);
globalThis.Date = new Proxy(Date, {
  construct: (target, given) => new target(...(given.length === 0 ? [target.now()] : given)),
});
`;
const database = useDatabase();
const KEY = randomBytes(32).toString('base64');
const files = {
  'integrations.config.mjs': config(''),
  'telling.mjs': config(telling),
  'shifted-clock.mjs': shiftedClock,
};
const cli = useCli(files, () => ({ MONGODB_URI: database.uri, KEY }));

interface Report {
  readonly problems: number;
  readonly findings: readonly {
    readonly check: string;
    readonly verdict: string;
    readonly found: string;
    readonly remedy: string | null;
  }[];
}

const reportOf = ({ stdout }: PipedCli) => JSON.parse(stdout) as Report;
const problemsOf = (ended: PipedCli) => reportOf(ended).findings.filter(({ verdict }) => verdict === 'problem');

/** Nobody listens there, and nobody may without being root. */
const closedPort = '2';

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  await writeFile(join(cli.folder, 'broken.mjs'), config('app.use(express.json());'));
  // As the application does.
  const { connection } = database;
  const integrations = createIntegrations({ connection, encryptionKeys: [{ id: 'a', secret: KEY }] });
  await integrations.start();
  await integrations.close();
});

describe.concurrent('integrations doctor', { timeout: 90_000 }, () => {
  it('finds what is wrong, says what to do, and ends with 1 only for problems', async () => {
    const nowhere = { MONGODB_URI: '', KEY };
    const [healthy, broken, alone] = await Promise.all([
      cli.run(['doctor']),
      cli.pipe(['doctor', '--json', '--config', 'broken.mjs'], { KEY: randomBytes(32).toString('base64') }),
      cli.pipe(['doctor', '--json'], nowhere),
    ]);
    expect(healthy.screen).toMatch(/^0 problems, \d+ warnings?, \d+ ok$/mu);
    expect(healthy.screen).toMatch(/^ok +webhook routes: A webhook without an addressee is refused/mu);
    expect(healthy.code).toBe(0);

    expect(problemsOf(broken).map(({ check }) => check)).toEqual(['webhook routes']);
    expect(broken.code).toBe(1);

    // Without a database the others are looked at all the same.
    expect(reportOf(alone).findings.map(({ check, verdict }) => `${check} ${verdict}`)).toEqual([
      'node ok',
      'installations ok',
      'installations ok',
      'instance problem',
    ]);
    expect(alone.code).toBe(1);
  });

  it('says why the database cannot be reached, without its password', async () => {
    const host = `127.0.0.1:${closedPort}`;
    const ended = await cli.pipe(['doctor', '--json'], { MONGODB_URI: `mongodb://me:hushhush@${host}/app` });
    expect(problemsOf(ended)).toEqual([
      {
        check: 'instance',
        verdict: 'problem',
        found: `The database could not be reached. [DATABASE_UNAVAILABLE] connect ECONNREFUSED ${host}. All other checks need it.`,
        remedy: 'Check the MongoDB connection of the application.',
      },
    ]);
    expect(ended.stdout + ended.stderr).not.toContain('hush');
    expect(ended.code).toBe(1);
  });

  it('ends where the database takes connections, and never answers', async ({ onTestFinished }) => {
    const sockets = new Set<Socket>();
    const silent = createTcpServer((socket) => sockets.add(socket));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const port = await listening(silent);
    const ended = await cli.pipe(['doctor', '--json'], { MONGODB_URI: `mongodb://127.0.0.1:${String(port)}/app` });
    expect(problemsOf(ended)).toEqual([
      expect.objectContaining({ check: 'instance', found: expect.stringContaining('DATABASE_UNAVAILABLE') as string }),
    ]);
    expect(sockets.size).toBeGreaterThan(0);
    expect(ended.code).toBe(1);
  });

  it('ends where the database falls silent meanwhile, with what it has found until then', async ({
    onTestFinished,
  }) => {
    const proxy = await startMongoProxy(database.uri);
    const told = createServer((_request, response) => {
      proxy.stall();
      response.end();
    });
    const port = await listening(told);
    onTestFinished(async () => {
      told.close();
      await proxy.stop();
    });
    const env = { MONGODB_URI: proxy.uri, TOLD: `http://127.0.0.1:${String(port)}` };
    const ended = await cli.pipe(['doctor', '--json', '--config', 'telling.mjs'], env);
    const { findings } = reportOf(ended);
    expect(findings.map(({ check }) => check)).toContain('indexes');
    expect(findings.at(-1)).toEqual({
      check: 'instance',
      verdict: 'problem',
      found: 'The database has not answered for 5 s; what would have come next was not looked at.',
      remedy: 'Check the MongoDB connection of the application.',
    });
    expect(ended.code).toBe(1);
  });

  it('compares the clock of its machine with that of the database', async () => {
    const NODE_OPTIONS = `--import ${pathToFileURL(join(cli.folder, 'shifted-clock.mjs')).href}`;
    const clockOf = (ended: PipedCli) => reportOf(ended).findings.find(({ check }) => check === 'clock');
    const [ahead, behind] = await Promise.all([
      cli.pipe(['doctor', '--json'], { NODE_OPTIONS, SHIFT_MS: '600000' }),
      cli.pipe(['doctor', '--json'], { NODE_OPTIONS, SHIFT_MS: '-20000' }),
    ]);
    const remedy = expect.stringContaining('(NTP)') as string;
    expect(clockOf(ahead)).toMatchObject({
      ...{ verdict: 'problem', remedy },
      found: expect.stringMatching(
        /^This machine is (?:599|600)(?:\.\d)? s ahead of the database server\.$/u,
      ) as string,
    });
    expect(ahead.code).toBe(1);
    expect(clockOf(behind)).toMatchObject({
      ...{ verdict: 'warning', remedy },
      found: expect.stringMatching(/^This machine is (?:19|20)(?:\.\d)? s behind the database server\.$/u) as string,
    });
    expect(behind.code).toBe(0);
  });

  it('says why an application at a URL does not answer', async () => {
    const origin = `http://127.0.0.1:${closedPort}`;
    const ended = await cli.pipe(['doctor', '--json', '--url', origin]);
    expect(problemsOf(ended)).toEqual([
      {
        check: 'webhook routes',
        verdict: 'problem',
        found: 'The application did not answer: ECONNREFUSED.',
        remedy: 'See that it runs, where --url says.',
      },
    ]);
    expect(ended.code).toBe(1);
  });
});
