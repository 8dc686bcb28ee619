/**
 * A process of the soak of webhooks: receives and handles until it is killed. Its settings are JSON in argv[2]; a
 * message is answered with where it listens.
 */
import express from 'express';
import { integrationsRouter } from 'express-integrations';
import type { AddressInfo } from 'node:net';
import { openSoakInstance, type SoakWebhooksSettings } from './soak-webhooks-instance.js';

const { integrations } = await openSoakInstance(JSON.parse(process.argv[2] ?? '') as SoakWebhooksSettings);
const app = express();
app.use(integrationsRouter({ integrations }));
const server = app.listen(0, '127.0.0.1', () => process.send?.('ready'));
process.on('message', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ origin: `http://127.0.0.1:${String(port)}` });
});
process.once('disconnect', () => process.exit());
