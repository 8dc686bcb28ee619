import { expect, it } from 'vitest';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';

const upstream = useHttpServer();
const local = useLocalInstance(useDatabase(), upstream);

it('a circuit that is held open makes an incident, which ends when it closes', async () => {
  const { integrations, integration } = local;
  await integrations.circuit.force(integration, 'open');
  await expect
    .poll(() => integrations.incidents.current(integration))
    .toMatchObject({ severity: 'major', sources: { circuit: 'major', health: null } });
  await integrations.circuit.release(integration);
  await expect.poll(() => integrations.incidents.current(integration)).toBeNull();
  const [incident] = await integrations.incidents.list({ integration });
  expect(incident).toMatchObject({ status: 'closed', peakSeverity: 'major', closeReason: 'recovered' });
});
