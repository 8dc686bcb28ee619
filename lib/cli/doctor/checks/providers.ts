import type { RegisteredProvider } from '../../../../providers/registered-provider.js';
import type { Sealer } from '../../../credentials/sealer.js';
import type { IntegrationFields } from '../../../../schemas/integration.js';
import { isIntegrationError } from '../../../errors.js';
import { sealerOf } from '../../sealer-of.js';
import { ok, problem, warning, type Check, type Finding } from '../finding.js';
import { quantity } from '../../quantity.js';
import { addTo, scanIntegrations, someOf } from '../scan-integrations.js';
import type { InstanceWorld } from '../world.js';

type Row = Pick<IntegrationFields, '_id' | 'provider' | 'credentials' | 'metadata'>;

/** Whether there is a provider for every integration, and what is stored fits its schemas. */
export const providers: Check<InstanceWorld> = {
  name: 'providers',
  async run({ integrations, signal }) {
    const registered = integrations.providers.registered();
    const unknown = new Map<string, unknown[]>();
    const unfit = new Map<string, unknown[]>();
    const sealer = sealerOf(integrations);
    for await (const row of scanIntegrations(integrations, 'provider', 'credentials', 'metadata')) {
      signal.throwIfAborted();
      const provider = integrations.providers.find(row.provider);
      if (provider === null) addTo(unknown, row.provider, row._id);
      else for (const line of await misfits(provider, row, sealer)) addTo(unfit, line, row._id);
    }
    const findings = [...[...unknown].map(unknownFinding), ...[...unfit].map(unfitFinding)];
    if (registered.length === 0) findings.push(noneFinding);
    return findings.length === 0 ? [ok(`Registered: ${registered.join(', ')}.`)] : findings;
  },
};

const noneFinding = warning('No provider is registered.', 'Give createIntegrations() `providers`.');

/** The messages name paths and types, and no values. */
async function misfits(provider: RegisteredProvider, row: Row, sealer: Sealer): Promise<readonly string[]> {
  const { _id: integrationId, credentials: sealed, metadata } = row;
  // What does not open is for another check.
  const credentials =
    sealed === null ? {} : await sealer.open({ integrationId, field: 'credentials', sealed }).catch(() => null);
  return [
    ...(credentials === null ? [] : refusal(() => provider.validateCredentials(credentials))),
    ...refusal(() => provider.validateMetadata(metadata)),
  ];
}

function refusal(validate: () => unknown): readonly string[] {
  try {
    validate();
    return [];
  } catch (error) {
    if (isIntegrationError(error)) return [error.message];
    throw error;
  }
}

function unknownFinding([key, ids]: readonly [string, readonly unknown[]]): Finding {
  return problem(
    `${quantity(ids.length, 'integration')} of the provider '${key}', which is not registered: ${someOf(ids)}.`,
    'Register it in createIntegrations(), or delete what nobody needs any more.',
  );
}

function unfitFinding([line, ids]: readonly [string, readonly unknown[]]): Finding {
  return warning(`${line} (${someOf(ids)}).`, 'Give them with integrations.update() as the schema wants them now.');
}
