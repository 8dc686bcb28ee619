import type { IntegrationDirectory } from '../../providers/contracts.js';
import type { IntegrationDocument, IntegrationModel } from '../../schemas/integration.js';
import { createBriefMemory } from '../brief-memory.js';
import { integrationId } from '../integration-store/integration-id.js';

/** Finds the active integrations of a provider, as they were a second ago at most. */
export interface Addressees {
  /** Null: not there, switched off, or of another provider. */
  named(provider: string, id: unknown): Promise<IntegrationDocument | null>;
  /** All of them, but one more than `limit` at most; null: none. */
  all(provider: string, limit: number): Promise<readonly IntegrationDocument[] | null>;
  /** Those with such metadata; one more than `limit` at most. */
  described(provider: string, metadata: Description, limit: number): Promise<readonly IntegrationDocument[]>;
}

type Description = Parameters<IntegrationDirectory['find']>[0];

/** A change made elsewhere is seen so soon. */
const keepMs = 1_000;

/** The first webhook may come as soon as an integration is there. */
const isWorth = (found: unknown): boolean => found !== null;

export function createAddressees(model: IntegrationModel): Addressees {
  const one = createBriefMemory<IntegrationDocument | null>({ keepMs, limit: 500, isWorth });
  const many = createBriefMemory<readonly IntegrationDocument[] | null>({ keepMs, limit: 50, isWorth });
  const some = createBriefMemory<readonly IntegrationDocument[] | null>({ keepMs, limit: 500, isWorth });

  async function found(filter: object, limit: number): Promise<readonly IntegrationDocument[] | null> {
    const active = model.find({ ...filter, isActive: true }).sort({ _id: 1 });
    const all = await active.limit(limit + 1).read('primary');
    return all.length === 0 ? null : all;
  }

  return {
    async named(provider, id) {
      const _id = integrationId(id);
      if (_id === null) return null;
      const find = () => model.findOne({ _id, provider, isActive: true }).read('primary').exec();
      return one(`${provider}/${_id.toHexString()}`, find);
    },
    all: (provider, limit) => many(provider, () => found({ provider }, limit)),
    async described(provider, metadata, limit) {
      const look = () => found({ provider, ...conditions(metadata) }, limit);
      return (await some(`${provider}/${JSON.stringify(metadata)}`, look)) ?? [];
    },
  };
}

/** Of values alone: what a sender has sent must not become an operator. */
function conditions(metadata: Description): object {
  const entries = Object.entries(metadata).map(([name, given]) => {
    const values: readonly unknown[] = [given].flat();
    if (!values.every(isValue)) throw new TypeError(`metadata.${name}: expected texts, numbers, booleans or null.`);
    return [`metadata.${name}`, { $in: values }];
  });
  return Object.fromEntries(entries) as object;
}

function isValue(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
