import { handlesWebhooks } from '../../../../providers/capabilities.js';
import { sealedFields } from '../../../../schemas/sealed-fields.js';
import { holdsPublishedSecret } from '../../../credentials/published-secrets.js';
import { sealedWith } from '../../../credentials/sealed-with.js';
import type { Integrations } from '../../../instance/services.js';
import { sealerOf } from '../../sealer-of.js';
import { ok, problem, warning, type Check, type Finding } from '../finding.js';
import { quantity } from '../../quantity.js';
import { addTo, scanIntegrations, someOf } from '../scan-integrations.js';
import type { InstanceWorld } from '../world.js';

interface Tally {
  integrations: number;
  /** What does not open, by the key that it is sealed with. */
  readonly closed: Map<string, unknown[]>;
  readonly published: unknown[];
  /** Ids of the keys in use. */
  readonly keys: Set<string>;
}

/** Whether all that is sealed opens with the keys that there are. */
export const encryptionKeys: Check<InstanceWorld> = {
  name: 'encryption keys',
  async run({ integrations, signal }) {
    const tally: Tally = { integrations: 0, closed: new Map(), published: [], keys: new Set() };
    const sealer = sealerOf(integrations);
    for await (const row of scanIntegrations(integrations, 'provider', 'credentials', 'tokens', 'isActive')) {
      signal.throwIfAborted();
      tally.integrations += 1;
      for (const field of sealedFields) {
        const sealed = row[field] ?? null;
        if (sealed === null) continue;
        const [keyId = 'none'] = sealedWith(sealed);
        tally.keys.add(keyId);
        const value = await sealer.open({ integrationId: row._id, field, sealed }).catch(() => null);
        if (value === null) addTo(tally.closed, keyId, row._id);
        else if (row.isActive && receivesWebhooks(integrations, row.provider) && holdsPublishedSecret(value)) {
          tally.published.push(row._id);
        }
      }
    }
    return findingsOf(tally, await currentKey(integrations));
  },
};

function receivesWebhooks({ providers }: Integrations, key: string): boolean {
  const found = providers.find(key);
  return found !== null && handlesWebhooks(found.provider);
}

/** By what a new value would be sealed with; it is stored nowhere. */
async function currentKey(integrations: Integrations): Promise<string> {
  const integrationId = new integrations.models.Integration()._id;
  return (await sealerOf(integrations).seal({ integrationId, field: 'credentials', value: {} })).keyId;
}

function findingsOf({ integrations, closed, published, keys }: Tally, current: string): Finding[] {
  const findings: Finding[] = [];
  for (const [keyId, ids] of closed) {
    findings.push(
      problem(
        `${quantity(ids.length, 'sealed value')} of key "${keyId}" cannot be opened: ${someOf(ids)}.`,
        'Add the key of that id to `encryptionKeys`, as it was; else enter the credentials again.',
      ),
    );
  }
  if (published.length > 0) {
    findings.push(
      problem(
        `Anybody can sign webhooks for ${quantity(published.length, 'integration')}: ${someOf(published)}.`,
        'Replace the webhook secret, which its vendor has published for tests, by one of your own.',
      ),
    );
  }
  const old = [...keys].filter((id) => id !== current && !closed.has(id));
  if (old.length > 0) {
    findings.push(
      warning(
        `Something is still sealed with former keys: ${old.join(', ')}.`,
        'Run `integrations keys rotate`, and only then take those keys away.',
      ),
    );
  }
  if (findings.length > 0) return findings;
  return [ok(`The key "${current}" seals; ${quantity(integrations, 'integration')} can be opened.`)];
}
