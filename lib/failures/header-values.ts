import { property } from './cause-chain.js';
import { failureChain } from './failure-chain.js';

/** Headers by their lower-case names; more than one value where the client kept repeated ones apart. */
export type HeaderValues = ReadonlyMap<string, readonly string[]>;

/** Where SDKs keep the answer whose headers count: the error itself (ours, Stripe), axios and the like, AWS, Stripe. */
const holders = ['response', '$response', 'raw'];

/**
 * The headers of every answer that the cause chain of a failure holds, outermost first.
 *
 * @param failure What was thrown, or the failing response that a callback returned.
 */
export function headersOf(failure: unknown): HeaderValues[] {
  return failureChain(failure)
    .flatMap((link) => [link, ...holders.map((name) => property(link, name))])
    .map((holder) => headerValues(property(holder, 'headers')))
    .filter((headers) => headers.size > 0);
}

/** The headers in a Headers object of any origin, axios' headers, a Map, or a plain object; none in anything else. */
export function headerValues(headers: unknown): HeaderValues {
  const values = new Map<string, readonly string[]>();
  for (const [name, value] of entriesOf(headers)) {
    const texts = textsOf(value);
    if (texts.length > 0) values.set(name.toLowerCase(), texts);
  }
  return values;
}

function textsOf(value: unknown): string[] {
  // As most are: this is done for every answer.
  if (typeof value === 'string') return [value];
  return [value]
    .flat()
    .filter((each) => typeof each === 'string' || typeof each === 'number')
    .map(String);
}

function entriesOf(headers: unknown): [string, unknown][] {
  if (typeof headers !== 'object' || headers === null) return [];
  try {
    return isIterable(headers) ? [...headers].filter(isEntry) : Object.entries(headers);
  } catch {
    // A getter, an iterator or a Proxy of somebody else's.
    return [];
  }
}

function isIterable(value: object): value is Iterable<unknown> {
  return typeof Reflect.get(value, Symbol.iterator) === 'function';
}

function isEntry(value: unknown): value is [string, unknown] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string';
}
