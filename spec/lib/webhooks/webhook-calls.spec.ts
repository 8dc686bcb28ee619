import { expect, it } from 'vitest';
import type { IntegrationDocument } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useWebhookInstance } from '../../support/webhook-instance.js';
import { waitFor } from '../../support/wait-for.js';

const database = useDatabase();
const upstream = useHttpServer();
const world = useWebhookInstance(database, {
  http: { allowedPrivateHosts: ['127.0.0.1'] },
  provider: { http: { baseUrl: () => upstream.origin } },
  webhooks: { tries: 3, backoff: [0] },
});
const { IntegrationLog, IntegrationRequest } = world.integrations.models;
const logs = () => IntegrationLog.find({ integrationId: world.integration._id }).sort({ createdAt: 1 }).lean();
const logsOfAttempts = (count: number) =>
  waitFor(async () => {
    const all = (await logs()).filter(({ operation }) => operation === 'webhook');
    expect(all).toHaveLength(count);
    return all;
  });

async function callOrder(integration: IntegrationDocument | null): Promise<void> {
  await integration!.at('/orders/1').get();
  await integration!.at('/orders/1/notes').withData({ text: 'paid' }).post();
}

it('calls of a handler stand in its webhook and in the log of the attempt, linked with what is known of each', async () => {
  upstream.answer((request, response) => response.writeHead(request.method === 'POST' ? 201 : 200).end('{}'));
  world.handle = callOrder;
  await world.send('paid');
  const [webhook] = await world.settled();
  const calls = [
    { endpoint: '/orders/1', method: 'GET', statusCode: 200, failureClass: null },
    { endpoint: '/orders/1/notes', method: 'POST', statusCode: 201, failureClass: null },
  ];
  expect(webhook).toMatchObject({ requests: calls, requestCount: 2 });
  const [log] = await logsOfAttempts(1);
  expect(log).toMatchObject({ requests: calls, requestCount: 2, metadata: { webhookId: webhook!._id } });
  const _id = { $in: webhook!.requests.map(({ requestId }) => requestId) };
  expect(await IntegrationRequest.find({ _id }).sort({ createdAt: 1 }).lean()).toMatchObject(
    calls.map(({ endpoint, method, statusCode }) => ({ endpoint, method, statusCode })),
  );
});

it('a webhook has the calls of all attempts, and each log those of its own', async () => {
  upstream.answer((_request, response) => response.writeHead(upstream.received.length === 1 ? 404 : 200).end('{}'));
  world.handle = callOrder;
  await world.send('paid');
  const [webhook] = await world.settled();
  expect(webhook).toMatchObject({ status: 'processed', attempts: 2, requestCount: 3 });
  expect(webhook!.requests.map(({ statusCode }) => statusCode)).toEqual([404, 200, 200]);
  expect((await logsOfAttempts(2)).map(({ attempt, requestCount }) => [attempt, requestCount])).toEqual([
    [1, 1],
    [2, 2],
  ]);
});

it('an operation of the handler has the log of the attempt for a parent, and its calls for itself', async () => {
  upstream.answer((_request, response) => response.end('{}'));
  world.handle = (integration) =>
    integration!.runOperation({ operation: 'import-order', direction: 'inbound' }, () => callOrder(integration));
  await world.send('paid');
  const [webhook] = await world.settled();
  const [log] = await logsOfAttempts(1);
  const inner = (await logs()).find(({ operation }) => operation === 'import-order');
  expect(inner).toMatchObject({ parentId: log!._id, requestCount: 2, status: 'success' });
  expect([webhook!.requestCount, log!.requestCount]).toEqual([0, 0]);
});
