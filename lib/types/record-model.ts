import type { ApplyBasicCreateCasting, ClientSession, DeepPartial, SchemaType } from 'mongoose';

/** Values for a record, as `Model.create()` takes them: what is left out stays as it is, or gets its default. */
export type RecordAttributes<Fields> =
  Partial<Fields> | (DeepPartial<ApplyBasicCreateCasting<Fields>> & { readonly _id?: unknown });

/** A query for records, as far as mappings use it. */
export interface RecordQuery<Result> {
  exec(): Promise<Result>;
  read(preference: 'primary'): this;
  session(session: ClientSession | null): this;
  sort(order: string): this;
  limit(count: number): this;
  batchSize(count: number): this;
  /** Changes the query. */
  select(paths: string): unknown;
}

/** A record: a document of a model of the application, as far as mappings use it. */
export interface RecordDocument {
  readonly _id: unknown;
  $session(session: ClientSession | null): unknown;
  set(attributes: object): unknown;
  validate(): Promise<void>;
  isModified(): boolean;
  markModified(path: string): unknown;
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
  readonly schema: {
    get(option: 'validateBeforeSave' | 'versionKey'): unknown;
    path(name: '_id'): SchemaType | undefined;
    pathType(path: string): string;
  };
  /** The driver's: no hooks of the model run. */
  readonly collection: {
    distinct(field: '_id', filter: object, options: { readonly readPreference: 'primary' }): Promise<unknown[]>;
    findOne(
      filter: object,
      options: {
        readonly projection: { readonly _id: 1 };
        readonly readPreference: 'primary';
        readonly session?: ClientSession;
      },
    ): Promise<unknown>;
  };
  castObject(attributes: object): Fields;
  findOne(filter?: object): RecordQuery<Document | null>;
  find(filter?: object): RecordQuery<Document[]>;
}
