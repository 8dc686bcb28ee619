import { AssertionError } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect, isDeepStrictEqual } from 'node:util';
import { Types, type Document, type Model } from 'mongoose';
import { IntegrationError } from '../../errors.js';
import { createRedactor } from '../../redaction/redactor.js';
import type { PlainObject } from '../../types/json.js';
import { testedInstance, type InstanceOption } from '../tested-instance.js';
import { modelNames, type Selected, type Selector } from './selectors.js';

/** Fields and what they are to be, or what else has to be true. */
export type WantedState<Kind extends Selector> =
  Partial<Omit<Selected[Kind], keyof Document>> | ((document: Selected[Kind]) => boolean);

export interface WaitForOptions extends InstanceOption {
  /** How long at the most, in milliseconds; default 5,000. */
  readonly timeoutMs?: number;
}

const firstPauseMs = 10;
const longestPauseMs = 100;
/** Of so many documents, the newest, one has to be in that state. */
const mostDocuments = 100;

/**
 * Waits until a document that fits the query is in a state, and gives it: `await waitFor('webhook', { deliveryId }, {
 * status: 'processed' })`. Ids may be given as texts.
 *
 * @param query A MongoDB query; an index should serve it.
 * @throws AssertionError That shows the state that was seen last
 * @throws IntegrationError `OPTIONS_INVALID` for another selector; `INSTANCE_MISSING`, `INSTANCE_AMBIGUOUS`
 */
export async function waitFor<Kind extends Selector>(
  kind: Kind,
  query: PlainObject,
  state: WantedState<Kind>,
  options: WaitForOptions = {},
): Promise<Selected[Kind]> {
  const { timeoutMs = 5_000 } = options;
  const model = modelOf(kind, options);
  const until = performance.now() + timeoutMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    const seen = await model.find(query).read('primary').sort({ _id: -1 }).limit(mostDocuments);
    const found = seen.find((document) => isIn(document, state));
    if (found !== undefined) return found;
    if (performance.now() >= until) throw tooLate({ kind, query, seen, state, timeoutMs });
    await sleep(pauseMs);
  }
}

/** A model of whatever documents: which one, the selector says. */
type ModelOf<Kind extends Selector> = Model<Selected[Kind], object, object, object, Selected[Kind]>;

function modelOf<Kind extends Selector>(kind: Kind, options: InstanceOption): ModelOf<Kind> {
  if (!Object.hasOwn(modelNames, kind)) {
    const kinds = Object.keys(modelNames).join(', ');
    throw new IntegrationError('OPTIONS_INVALID', `waitFor() waits for one of: ${kinds}.`);
  }
  // The two tables go together: the compiler cannot tell.
  return testedInstance(options).models[modelNames[kind]] as unknown as ModelOf<Kind>;
}

function isIn<Kind extends Selector>(document: Selected[Kind], state: WantedState<Kind>): boolean {
  if (typeof state === 'function') return state(document);
  return Object.entries(state).every(([path, wanted]) => isSame(document.get(path), wanted));
}

function isSame(stored: unknown, wanted: unknown): boolean {
  if (stored instanceof Types.ObjectId) return stored.equals(String(wanted));
  return isDeepStrictEqual(plain(stored), plain(wanted));
}

/** As it is stored: lists and parts of documents are Mongoose's own. */
function plain(value: unknown): unknown {
  const isMongoose = typeof value === 'object' && value !== null && 'toObject' in value;
  return isMongoose && typeof value.toObject === 'function' ? (value.toObject as () => unknown)() : value;
}

interface Unmet<Kind extends Selector> {
  readonly kind: Kind;
  readonly query: PlainObject;
  readonly seen: readonly Selected[Kind][];
  readonly state: WantedState<Kind>;
  readonly timeoutMs: number;
}

/** What a test fails by, beside the fields that it asks for. */
const tellingPaths = ['status', 'phase', 'outcome', 'attempts', 'statusCode', 'error.code', 'error.message'];
/** Of several documents, the newest. */
const mostShown = 3;

function tooLate<Kind extends Selector>({ kind, query, seen, state, timeoutMs }: Unmet<Kind>): AssertionError {
  const redactor = createRedactor();
  const show = (value: unknown) => inspect(redactor.value(value), { depth: 4, breakLength: 100 });
  const wanted = typeof state === 'function' ? null : state;
  const paths = [...Object.keys(wanted ?? {}), ...tellingPaths];
  const states = seen.slice(0, mostShown).map((document) => stateOf(document, paths));
  const asked = wanted === null ? 'a state that satisfies the predicate' : show(wanted);
  const found =
    seen.length === 0 ? 'There was none.' : `There were ${seen.length}. Last seen: ${states.map(show).join(', ')}`;
  const message = `Waited ${String(timeoutMs)} ms for a ${kind} with ${show(query)} to be ${asked}. ${found}`;
  const [actual = null] = states;
  return new AssertionError({ message, actual, expected: wanted, operator: 'waitFor', stackStartFn: waitFor });
}

function stateOf(document: Document, paths: readonly string[]): PlainObject {
  const values = paths.map((path): [string, unknown] => [path, plain(document.get(path))]);
  return Object.fromEntries([
    ['id', String(document._id)] as const,
    ...values.filter(([, value]) => value !== undefined),
  ]);
}
