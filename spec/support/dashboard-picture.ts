/** `npm run docs:picture`: the picture of the jobs dashboard, taken of the real one in Chromium. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import express from 'express';
import { createIntegrations, jobsDashboard } from 'express-integrations';
import { github, issueSynced } from 'express-integrations/providers/github';
import mongoose from 'mongoose';
import { chromium } from 'playwright-core';
import { startGitHubApi } from '../../docs/examples/demo/github-api/index.js';
import { chromiumPath } from './chromium.js';
import { withDatabaseName } from './mongo-uri.js';
import { startMongo } from './mongod/index.js';

const path = 'docs/images/jobs-dashboard.png';

if (chromiumPath === null) throw new Error('No Chromium is installed: name one by CHROMIUM.');
const mongo = await startMongo();
const api = await startGitHubApi();
const connection = await mongoose
  .createConnection(withDatabaseName(mongo.uri, `picture_${randomBytes(4).toString('hex')}`))
  .asPromise();
const integrations = createIntegrations({
  connection,
  providers: { github },
  encryptionKeys: [{ id: '2026-11', secret: randomBytes(32).toString('base64') }],
  http: { allowedPrivateHosts: [new URL(api.url).host] },
  logger: false,
});
integrations.onSyncItem(issueSynced, () => undefined);
integrations.agenda.define('send-invoices', () => Promise.resolve());
integrations.agenda.define('export-to-ledger', () => Promise.reject(new Error('The ledger is closed until Monday')));

const app = express().use('/admin/jobs', jobsDashboard({ guard: () => true, integrations }));
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
try {
  await integrations.start();
  await integrations.create({
    provider: 'github',
    name: 'Octokit fixtures',
    credentials: { token: api.token },
    metadata: { owner: 'octokit-fixture-org', repo: 'paginate-issues', baseUrl: api.url },
  });
  await integrations.agenda.every('1 hour', 'send-invoices', undefined, { skipImmediate: false });
  await integrations.agenda.now('export-to-ledger', { month: '2026-10' });
  await untilFinished('integrations.sync-due', 'send-invoices', 'export-to-ledger');
  await take(`http://127.0.0.1:${(server.address() as AddressInfo).port}/admin/jobs/`);
} finally {
  server.close();
  await integrations.close();
  await connection.dropDatabase();
  await connection.close();
  await api.close();
  await mongo.stop();
}

async function untilFinished(...names: string[]): Promise<void> {
  for (const name of names) {
    const hasFinished = async () => {
      const { jobs } = await integrations.agenda.queryJobs({ name });
      return jobs.some(({ lastFinishedAt, failedAt }) => (lastFinishedAt ?? failedAt ?? null) !== null);
    };
    while (!(await hasFinished())) await setTimeout(100);
  }
}

async function take(url: string): Promise<void> {
  const browser = await chromium.launch({ executablePath: chromiumPath ?? '' });
  try {
    const page = await browser.newPage({ viewport: { width: 1600, height: 860 }, deviceScaleFactor: 0.75 });
    await page.goto(url);
    // The newest first: what has run.
    await page.getByText('Last finished').click();
    await page.getByText('Last finished').click();
    await page.getByText('export-to-ledger').first().waitFor();
    await page.getByText('integrations.sync-due').first().waitFor();
    mkdirSync('docs/images', { recursive: true });
    // Without the buttons of each row, whose signs not every machine has.
    await page.screenshot({ path, clip: { x: 0, y: 0, width: 1440, height: 860 } });
    console.log(`written: ${path}`);
  } finally {
    await browser.close();
  }
}
