import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { IntegrationEventName } from '../../lib/index.js';
import { readPage, root, tableRows } from './markdown.js';

// The compiler refuses a name too few and a name too many.
const names = {
  integrationCreated: true,
  integrationSynced: true,
  integrationHealthChanged: true,
  integrationDisabled: true,
  requestCompleted: true,
  requestFailed: true,
  operationStarted: true,
  operationCompleted: true,
  operationFailed: true,
  circuitOpened: true,
  circuitClosed: true,
  incidentOpened: true,
  incidentClosed: true,
  elevatedFailureRate: true,
  failureRateRecovered: true,
  syncBecameStale: true,
  syncStalenessRecovered: true,
  reauthorizationRequired: true,
  syncCompleted: true,
  syncItemFailed: true,
  syncItemStuck: true,
  syncItemMissing: true,
  oauthCompleted: true,
  oauthRevoked: true,
  oauthRefreshFailed: true,
  webhookReceived: true,
  webhookProcessed: true,
  webhookFailed: true,
} as const satisfies Record<IntegrationEventName, true>;

const documented = tableRows(readPage('docs/events.md'));
const shippedCode = readdirSync(`${root}lib`, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && path !== 'events.ts')
  .map((path) => readPage(`lib/${path}`))
  .join('\n');

it('documents every event, and no other', () => {
  expect([...documented.keys()].sort()).toEqual(Object.keys(names).sort());
});

it.each(Object.keys(names))('says of %s when it is emitted, which it is', (name) => {
  const [payload, when] = documented.get(name) ?? [];
  expect(payload).toMatch(/^integration\b/);
  expect(when).toMatch(/^[A-Z`].{10,}\.$/);
  expect(shippedCode).toContain(`'${name}'`);
});
