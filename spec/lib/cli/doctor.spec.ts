import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { createIntegrations } from '../../../lib/index.js';
import { useCli } from '../../support/cli-host.js';
import { useDatabase } from '../../support/database.js';

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
const database = useDatabase();
const KEY = randomBytes(32).toString('base64');
const cli = useCli({ 'integrations.config.mjs': config('') }, () => ({ MONGODB_URI: database.uri, KEY }));

interface Report {
  readonly problems: number;
  readonly findings: readonly { readonly check: string; readonly verdict: string; readonly found: string }[];
}

beforeAll(async () => {
  await writeFile(join(cli.folder, 'broken.mjs'), config('app.use(express.json());'));
  // As the application does.
  const { connection } = database;
  const integrations = createIntegrations({ connection, encryptionKeys: [{ id: 'a', secret: KEY }] });
  await integrations.start();
  await integrations.close();
});

it('finds what is wrong, says what to do, and ends with 1 only for problems', { timeout: 90_000 }, async () => {
  const nowhere = { MONGODB_URI: '', KEY };
  const [healthy, broken, alone] = await Promise.all([
    cli.run(['doctor']),
    cli.pipe(['doctor', '--json', '--config', 'broken.mjs'], { KEY: randomBytes(32).toString('base64') }),
    cli.pipe(['doctor', '--json'], nowhere),
  ]);
  expect(healthy.screen).toMatch(/^0 problems, \d+ warnings, \d+ ok$/mu);
  expect(healthy.screen).toMatch(/^ok +webhook routes: A webhook without an addressee is refused/mu);
  expect(healthy.code).toBe(0);

  const report = JSON.parse(broken.stdout) as Report;
  const problems = report.findings.filter(({ verdict }) => verdict === 'problem').map(({ check }) => check);
  expect(problems).toEqual(['webhook routes']);
  expect(broken.code).toBe(1);

  // Without a database the others are looked at all the same.
  const partial = JSON.parse(alone.stdout) as Report;
  expect(partial.findings.map(({ check, verdict }) => `${check} ${verdict}`)).toEqual([
    'node ok',
    'installations ok',
    'installations ok',
    'instance problem',
  ]);
  expect(alone.code).toBe(1);
});
