import type { Types } from 'mongoose';

/** What is grouped by an integration, and by something else. */
interface Row {
  readonly _id: { readonly integrationId: Types.ObjectId };
}

/** What rows of each integration come to, by the hexadecimal id; also of those that have none. */
export function byIntegration<Each extends Row, Figures>(
  ids: readonly Types.ObjectId[],
  rows: readonly Each[],
  figuresOf: (rows: readonly Each[]) => Figures,
): Map<string, Figures> {
  const groups = new Map<string, Each[]>(ids.map((id) => [id.toHexString(), []]));
  for (const row of rows) groups.get(row._id.integrationId.toHexString())?.push(row);
  return new Map([...groups].map(([id, group]) => [id, figuresOf(group)]));
}
