import { isDeepStrictEqual } from 'node:util';
import type { mongo } from 'mongoose';
import type { IntegrationModels } from '../../../schemas/models.js';

/** An index that the package declares. */
export interface DeclaredIndex {
  readonly collection: string;
  readonly key: Readonly<Record<string, unknown>>;
  readonly unique: boolean;
}

/** What the database lacks of what the package declares. */
export interface SetupPlan {
  /** Collections that are not there. */
  readonly collections: readonly string[];
  /** Indexes that are not there, those of such collections included. */
  readonly missing: readonly DeclaredIndex[];
  /** Those of which there is one with the same keys and other options; MongoDB makes no second one. */
  readonly different: readonly (DeclaredIndex & { readonly indexName: string })[];
}

/** Compares; writes nothing. */
export async function planSetup(models: IntegrationModels): Promise<SetupPlan> {
  const plan = { collections: [] as string[], missing: [] as DeclaredIndex[], different: [] as SetupPlan['different'] };
  for (const { schema, collection } of Object.values<AnyModel>({ ...models })) {
    const stored = await storedIndexes(collection);
    if (stored === null) plan.collections.push(collection.name);
    for (const [key, options] of schema.indexes()) {
      const declared = { collection: collection.name, key, unique: options.unique === true };
      const alike = (stored ?? []).filter((index) => isSameKey(index.key, key));
      if (alike.some((index) => hasSameOptions(index, options))) continue;
      const [other] = alike;
      if (other === undefined) plan.missing.push(declared);
      else plan.different = [...plan.different, { ...declared, indexName: String(other.name) }];
    }
  }
  return plan;
}

type AnyModel = IntegrationModels[keyof IntegrationModels];

interface IndexedCollection {
  listIndexes(): { toArray(): Promise<unknown[]> };
}

type StoredIndex = mongo.IndexDescriptionInfo;

const namespaceNotFound = 26;

/** Null: there is no such collection. */
async function storedIndexes(collection: IndexedCollection): Promise<readonly StoredIndex[] | null> {
  try {
    return (await collection.listIndexes().toArray()) as StoredIndex[];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === namespaceNotFound) return null;
    throw error;
  }
}

/** The order of the keys counts. */
function isSameKey(one: object, other: object): boolean {
  return isDeepStrictEqual(Object.entries(one), Object.entries(other));
}

const comparedOptions = ['unique', 'sparse', 'expireAfterSeconds', 'partialFilterExpression', 'collation'] as const;

function hasSameOptions(stored: StoredIndex, declared: object): boolean {
  const wanted = new Map<string, unknown>(Object.entries(declared));
  const found = new Map<string, unknown>(Object.entries(stored));
  return comparedOptions.every((name) =>
    isDeepStrictEqual(found.get(name) ?? absent(name), wanted.get(name) ?? absent(name)),
  );
}

function absent(name: (typeof comparedOptions)[number]): unknown {
  return name === 'unique' || name === 'sparse' ? false : null;
}

/** `integrations { provider: 1, name: 1 }` */
export function indexText({ collection, key, unique }: DeclaredIndex): string {
  const keys = Object.entries(key).map(([path, direction]) => `${path}: ${String(direction)}`);
  return `${collection} { ${keys.join(', ')} }${unique ? ' unique' : ''}`;
}
