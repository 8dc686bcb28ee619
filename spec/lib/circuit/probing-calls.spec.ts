import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { IntegrationDocument } from '../../../lib/index.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { outcome, useCircuits } from './circuit-world.js';

const upstream = useHttpServer();
const database = useDatabase();
const world = useCircuits(database, upstream, 'probing', { cooldownSeconds: 600 });

const down = (_request: unknown, response: ServerResponse) => response.writeHead(503).end();
const up = (_request: unknown, response: ServerResponse) => response.writeHead(204).end();

const nested = (integration: IntegrationDocument) =>
  integration.at('report').post(async () => {
    await integration.at('/pages/1').post();
    await integration.at('callback').post(() => integration.at('/pages/2').post());
    return 'report';
  });

/** An integration whose circuit is open, and its cooldown over. */
async function opened(): Promise<IntegrationDocument> {
  const integration = await world.fresh();
  upstream.answer(down);
  for (let call = 0; call < 3; call += 1) await outcome(integration.at('/').post());
  await expect(outcome(integration.at('/').post())).resolves.toBe('CIRCUIT_OPEN');
  await world.endCooldown(integration);
  return integration;
}

describe('calls that the callback of a probe makes', () => {
  it('are part of the probe: it closes the circuit', async () => {
    const integration = await opened();
    upstream.answer(up);
    await expect.poll(() => outcome(nested(integration))).toBe('ok');
    await expect(world.stored(integration)).resolves.toMatchObject({ state: 'closed' });
    expect(world.eventsOf(integration)).toEqual(['opened: failureCount', 'closed: probeSucceeded']);
  });

  it('open it again where they fail', async () => {
    const integration = await opened();
    await expect.poll(() => outcome(nested(integration))).toBe('UPSTREAM_STATUS');
    expect(world.eventsOf(integration)).toEqual(['opened: failureCount', 'opened: probeFailed']);
  });

  it('are refused when the probe is over, or an operator says so', async () => {
    const integration = await opened();
    upstream.answer(up);
    const late: Promise<string>[] = [];
    let isOver: () => void = () => undefined;
    const over = new Promise<void>((resolve) => {
      isOver = resolve;
    });
    const probe = () =>
      integration.at('probe').get(async () => {
        late.push(over.then(() => outcome(integration.at('/late').get())));
        await world.integrations.circuit.force(integration, 'open');
        return outcome(integration.at('/meanwhile').get());
      });
    await expect.poll(() => probe().catch(() => 'refused'), { timeout: 3_000 }).toBe('CIRCUIT_OPEN');
    isOver();
    await expect(Promise.all(late)).resolves.toEqual(['CIRCUIT_OPEN']);
  });

  it('let no other calls through', async () => {
    const integration = await opened();
    upstream.answer(up);
    let other: Promise<string> | null = null;
    let askOther: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      askOther = resolve;
    });
    const outside = asked.then(() => (other = outcome(integration.at('/other').get())));
    await expect
      .poll(() =>
        outcome(
          integration.at('probe').get(async () => {
            askOther();
            await outside;
          }),
        ),
      )
      .toBe('ok');
    await expect(other).resolves.toBe('CIRCUIT_OPEN');
  });
});
