import type { IntegrationDocument } from '../../../schemas/integration.js';
import { IntegrationError } from '../../errors.js';
import type { Integrations } from '../../instance/services.js';
import { integrationFilter } from '../../integration-store/find-integration.js';
import { integrationId } from '../../integration-store/integration-id.js';
import type { PlainObject } from '../../types/json.js';
import type { PolymorphicTarget } from '../../types/polymorphic.js';
import { sealerOf } from '../sealer-of.js';
import { invalidInput } from './invalid-input.js';

/** What an integration is known by. */
export interface Identity {
  readonly provider: string;
  readonly name: string;
  /** Null: nobody. */
  readonly owner: PolymorphicTarget | null;
}

/** `Model:id`. @throws IntegrationError `CLI_INPUT_INVALID` */
export function ownerOf(text: string | undefined): PolymorphicTarget | null {
  if (text === undefined) return null;
  const [, type, id] = /^([^:]+):(.+)$/u.exec(text) ?? [];
  if (type === undefined || id === undefined) throw invalidInput('--owner: expected Model:id.');
  return { type, id: integrationId(id) ?? id };
}

/**
 * The one of that provider, name and owner; null: there is none.
 *
 * @throws IntegrationError `INTEGRATION_AMBIGUOUS`
 */
export async function existingIntegration(
  { models }: Integrations,
  { provider, name, owner }: Identity,
): Promise<IntegrationDocument | null> {
  const [only = null, ...others] = await models.Integration.find(integrationFilter({ provider, name, owner }))
    .sort({ _id: 1 })
    .limit(2)
    .read('primary')
    .exec();
  if (others.length === 0) return only;
  throw new IntegrationError(
    'INTEGRATION_AMBIGUOUS',
    `There are several integrations of '${provider}' with that name: give another --name, or rename one.`,
  );
}

/** The names of stored credentials that the new ones leave out: they are replaced as a whole. */
export async function droppedCredentials(
  integrations: Integrations,
  { _id, credentials: sealed }: IntegrationDocument,
  credentials: PlainObject,
): Promise<readonly string[]> {
  if (sealed === null) return [];
  const place = { integrationId: _id, field: 'credentials', sealed } as const;
  // What cannot be opened has nothing to lose.
  const stored = await sealerOf(integrations)
    .open(place)
    .catch(() => ({}));
  return Object.keys(stored).filter((name) => !Object.hasOwn(credentials, name));
}
