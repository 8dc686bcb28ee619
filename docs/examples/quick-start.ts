import express from 'express';
import mongoose from 'mongoose';
import {
  createIntegrations,
  integrationErrorHandler,
  integrationOf,
  integrationsRouter,
  loadIntegration,
} from 'express-integrations';
import { github } from 'express-integrations/providers/github';

const { MONGODB_URI = 'mongodb://127.0.0.1:27017/app', INTEGRATIONS_KEY = '', GITHUB_TOKEN = '' } = process.env;
const { GITHUB_API_URL = 'https://api.github.com', PORT = '3000' } = process.env;

const integrations = createIntegrations({
  connection: mongoose.connection,
  providers: { github },
  encryptionKeys: [{ id: '2026-11', secret: INTEGRATIONS_KEY }], // openssl rand -base64 32
  http: { allowedPrivateHosts: [new URL(GITHUB_API_URL).host] }, // a GitHub Enterprise Server may be in your network
});

const app = express();
app.use(integrationsRouter()); // GET /integrations/health
app.get('/issues', loadIntegration('github'), async (req, res) => {
  const integration = integrationOf(req);
  res.json(await integration.at('/repos/{owner}/{repo}/issues').withData({ state: 'open' }).get());
});
app.use(integrationErrorHandler()); // problem documents (RFC 9457)

await mongoose.connect(MONGODB_URI);
await integrations.start();
if ((await integrations.find({ provider: 'github' })) === null) {
  await integrations.create({
    provider: 'github',
    name: 'Octokit fixtures',
    credentials: { token: GITHUB_TOKEN },
    metadata: { owner: 'octokit-fixture-org', repo: 'paginate-issues', baseUrl: GITHUB_API_URL },
  });
}
app.listen(Number(PORT));
