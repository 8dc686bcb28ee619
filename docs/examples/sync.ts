import mongoose from 'mongoose';
import { createIntegrations } from 'express-integrations';
import { github, issueSynced } from 'express-integrations/providers/github';

const { MONGODB_URI = 'mongodb://127.0.0.1:27017/app', INTEGRATIONS_KEY = '', GITHUB_TOKEN = '' } = process.env;
const { GITHUB_API_URL = 'https://api.github.com' } = process.env;

const integrations = createIntegrations({
  connection: mongoose.connection,
  providers: { github },
  encryptionKeys: [{ id: '2026-11', secret: INTEGRATIONS_KEY }],
  http: { allowedPrivateHosts: [new URL(GITHUB_API_URL).host] },
});

// Awaited, and called again where it throws or its process dies; only then may the cursor pass the issue.
integrations.onSyncItem(issueSynced, async ({ payload: { number, title, state }, integration }) => {
  const issues = mongoose.connection.collection('issues');
  await issues.updateOne({ integration: integration.id, number }, { $set: { title, state } }, { upsert: true });
});

await mongoose.connect(MONGODB_URI);
await integrations.start(); // from now on every five minutes, in as many processes as you like

const repository = await integrations.create({
  provider: 'github',
  name: 'Octokit fixtures',
  credentials: { token: GITHUB_TOKEN },
  metadata: { owner: 'octokit-fixture-org', repo: 'paginate-issues', baseUrl: GITHUB_API_URL },
});
const result = await integrations.sync(repository, { wait: true }); // or let the schedule do it
console.log(`${result.total} issues, ${result.failed} of them failed, up to ${String(result.cursor)}`);

await integrations.close();
await mongoose.disconnect();
