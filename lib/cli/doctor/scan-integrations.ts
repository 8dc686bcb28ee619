import type { IntegrationFields } from '../../../schemas/integration.js';
import type { Integrations } from '../../instance/services.js';

/** All integrations, as they are stored, one after the other. */
export async function* scanIntegrations<Name extends keyof IntegrationFields>(
  { models }: Integrations,
  ...names: readonly Name[]
): AsyncGenerator<Pick<IntegrationFields, Name | '_id'>> {
  const projection = Object.fromEntries(names.map((name) => [name, 1]));
  const cursor = models.Integration.collection.find<Pick<IntegrationFields, Name | '_id'>>({}, { projection });
  for await (const row of cursor.sort({ _id: 1 })) yield row;
}

/** Adds to the list of that name. */
export function addTo(lists: Map<string, unknown[]>, name: string, id: unknown): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [id]);
  else list.push(id);
}

/** So many ids are named. */
const mostNamed = 5;

/** `65f…, 65f… and 12 more`. */
export function someOf(ids: readonly unknown[]): string {
  const named = ids.slice(0, mostNamed).map(String).join(', ');
  return ids.length > mostNamed ? `${named} and ${String(ids.length - mostNamed)} more` : named;
}
