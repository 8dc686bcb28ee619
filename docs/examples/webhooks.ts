import express from 'express';
import mongoose from 'mongoose';
import { createIntegrations, integrationErrorHandler, integrationsRouter } from 'express-integrations';
import { createGitHub } from 'express-integrations/providers/github';

const { MONGODB_URI = 'mongodb://127.0.0.1:27017/app', INTEGRATIONS_KEY = '', PORT = '3000' } = process.env;

const github = createGitHub({
  webhookSecrets: [process.env.GITHUB_WEBHOOK_SECRET ?? ''], // of your GitHub App; refused where it is empty
  webhooks: {
    // Acknowledged before; called again where it throws or its process dies.
    'issues.opened': ({ payload: { issue }, integration }) =>
      console.log(`${integration?.name ?? '?'}: ${issue.title}`),
    'installation.deleted': async ({ integration }) => {
      if (integration !== null) await integrations.disable(integration);
    },
  },
});
const integrations = createIntegrations({
  connection: mongoose.connection,
  providers: { github },
  encryptionKeys: [{ id: '2026-11', secret: INTEGRATIONS_KEY }],
});

const app = express();
app.use(integrationsRouter()); // POST /integrations/github/webhook, before any body parser
app.use(integrationErrorHandler());

await mongoose.connect(MONGODB_URI);
await integrations.start();
app.listen(Number(PORT));
