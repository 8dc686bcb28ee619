import type { ApplyBasicCreateCasting, ClientSession, DeepPartial, Schema } from 'mongoose';

/** Values for a record, as `Model.create()` takes them: what is left out stays as it is, or gets its default. */
export type RecordAttributes<Fields> =
  | Partial<Fields>
  | (DeepPartial<ApplyBasicCreateCasting<Fields>> & { readonly _id?: unknown });

/** A query for records, as far as mappings use it. */
interface RecordQuery<Result> extends PromiseLike<Result> {
  read(preference: 'primary'): this;
  session(session: ClientSession | null): this;
  sort(order: { readonly _id: 1 }): this;
  limit(count: number): this;
  batchSize(count: number): this;
  select(paths: '_id'): this;
}

/** A record: a document of a model of the application, as far as mappings use it. */
export interface RecordDocument {
  readonly _id: unknown;
  $session(session: ClientSession | null): unknown;
  set(attributes: object): unknown;
  validate(): Promise<void>;
  isModified(): boolean;
  increment(): unknown;
  save(options: object): Promise<unknown>;
}

/**
 * A Mongoose model of the application, as far as mappings use it. It says what its records are: `resolveMapping(id,
 * Order)` gives what `Order.findById()` gives.
 */
export interface RecordModel<Fields, Document> {
  new (attributes?: object): Document;
  readonly modelName: string;
  readonly baseModelName: string | undefined;
  readonly discriminators: Readonly<Record<string, { readonly modelName: string }>> | undefined;
  readonly schema: Schema;
  castObject(attributes: object): Fields;
  findOne(filter: { readonly _id: unknown }): RecordQuery<Document | null>;
  find(filter: { readonly _id?: unknown }): RecordQuery<Document[]>;
}
