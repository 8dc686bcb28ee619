import { Document, type Schema } from 'mongoose';
import { IntegrationError } from '../lib/errors.js';

/** The fields that hold a compact JWE and nothing else. */
export const sealedFields = ['credentials', 'tokens'] as const;

// Header, no encrypted key (`dir`), IV, ciphertext, tag: the compact serialisation of RFC 7516, section 7.1.
const compactJwe = /^[\w-]+\.\.[\w-]+\.[\w-]*\.[\w-]+$/;

/** Is this what a sealed field may hold: a compact JWE, or null? */
export function isSealed(value: unknown): boolean {
  return value === null || (typeof value === 'string' && compactJwe.test(value));
}

/** No JWE, so that the document is refused. */
const notSealed = 'not sealed';

/**
 * The setter of a sealed field: a document never holds clear text, because Mongoose puts values that it cannot cast or
 * validate into its errors.
 */
export function dropClearText(value: unknown): unknown {
  return value === undefined || isSealed(value) ? value : notSealed;
}

/** A `toJSON` and `toObject` transform: ciphertext is of no use to a reader, and shows which records share a key. */
export function omitSealedFields(_document: unknown, plain: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(plain).filter(([name]) => !isSealedField(name)));
}

function isSealedField(name: string): boolean {
  return sealedFields.some((field) => field === name);
}

/** A sealed field, or a place in it. */
function isSealedPath(path: string): boolean {
  return sealedFields.some((field) => path === field || path.startsWith(`${field}.`));
}

/**
 * Makes every way to write a sealed field in clear through Mongoose throw `CREDENTIALS_NOT_SEALED`. Documents cannot
 * write them at all once they exist: a stale copy would undo a token refresh.
 */
export function refuseClearText<Fields, Compiled, Methods, Helpers, Virtuals, Statics>(
  schema: Schema<Fields, Compiled, Methods, Helpers, Virtuals, Statics>,
): void {
  schema.pre('validate', function () {
    assertSealed(plainFields(this), 'a document');
  });
  schema.pre('save', function () {
    if (!this.isNew && sealedFields.some((field) => this.isModified(field))) refuse('document.save()');
    assertSealed(plainFields(this), 'document.save()');
  });
  schema.pre('insertMany', function (documents: unknown) {
    for (const document of [documents].flat()) assertSealed(plainFields(document), 'insertMany()');
  });
  schema.pre(['updateOne', 'updateMany', 'findOneAndUpdate', 'findOneAndReplace', 'replaceOne'], function () {
    assertSealedUpdate(this.getUpdate(), 'a query update');
    if (this.getOptions().upsert === true) assertSealedFilter(this.getFilter(), 'an upsert');
  });
  schema.pre('bulkWrite', function (operations: unknown) {
    for (const operation of [operations].flat()) assertSealedOperation(operation);
  });
}

function plainFields(document: unknown): unknown {
  return document instanceof Document ? document.toObject({ transform: false }) : document;
}

function assertSealedOperation(operation: unknown): void {
  if (typeof operation !== 'object' || operation === null) return;
  for (const facts of Object.values(operation)) {
    if (typeof facts !== 'object' || facts === null) continue;
    const { document, update, replacement, filter, upsert } = facts as Record<string, unknown>;
    for (const written of [plainFields(document), update, replacement]) assertSealedUpdate(written, 'bulkWrite()');
    if (upsert === true) assertSealedFilter(filter, 'bulkWrite()');
  }
}

/** An upsert stores what the filter asks for. */
function assertSealedFilter(filter: unknown, way: string): void {
  if (typeof filter !== 'object' || filter === null) return;
  assertSealed(filter, way);
  if ('$and' in filter && Array.isArray(filter.$and)) for (const part of filter.$and) assertSealedFilter(part, way);
}

/** These pipeline stages take the new document from an expression, which can hide anything. */
const replacingStages = ['$replaceRoot', '$replaceWith'];

/** An update is a document of operators, a pipeline of stages, or plain fields. */
function assertSealedUpdate(update: unknown, way: string): void {
  if (Array.isArray(update)) {
    for (const stage of update) assertSealedUpdate(stage, way);
    return;
  }
  if (typeof update !== 'object' || update === null) return;
  assertSealed(update, way);
  for (const [operator, fields] of Object.entries(update)) {
    if (replacingStages.includes(operator)) refuse(way);
    if (operator === '$rename') assertNotRenamed(fields, way);
    else if (operator.startsWith('$') && operator !== '$unset') assertSealed(fields, way);
  }
}

/** What another field holds is clear text, and what a sealed one holds is bound to its place. */
function assertNotRenamed(names: unknown, way: string): void {
  if (typeof names !== 'object' || names === null) return;
  for (const path of Object.entries(names).flat()) if (isSealedPath(String(path))) refuse(way);
}

function assertSealed(fields: unknown, way: string): void {
  if (typeof fields !== 'object' || fields === null) return;
  for (const [path, value] of Object.entries(fields)) {
    if (isSealedPath(path) && (!isSealedField(path) || !isSealed(literal(value)))) refuse(way);
  }
}

/** Pipelines carry user data as `{ $literal: value }`. */
function literal(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && '$literal' in value) return value.$literal;
  return value;
}

function refuse(way: string): never {
  throw new IntegrationError('CREDENTIALS_NOT_SEALED', `A sealed field was about to be written in clear by ${way}.`);
}
