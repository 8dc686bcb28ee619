import { isError } from '../is-error.js';

/** SDKs wrap errors a few levels deep; deeper chains are cycles or accidents. */
const maxDepth = 10;

/** Where SDKs older than `cause` keep the error they wrap: Slack, Stripe, gaxios, and many. */
const otherNames = ['original', 'detail', 'error', 'originalError'];

/** The error, what caused it, what caused that, …: outermost first, safe for cycles. */
export function causeChain(error: unknown): unknown[] {
  const chain: unknown[] = [];
  let current = error;
  while (current !== undefined && current !== null && chain.length < maxDepth && !chain.includes(current)) {
    chain.push(current);
    current = causeOf(current);
  }
  return chain;
}

function causeOf(error: unknown): unknown {
  const cause = property(error, 'cause');
  if (cause !== undefined && cause !== null) return cause;
  // Under these names there are other things as well: texts, bodies.
  return otherNames.map((name) => property(error, name)).find((value) => isError(value));
}

/** The named property of anything at all; undefined where there is none or its getter throws. */
export function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return Reflect.get(value, name);
  } catch {
    return undefined;
  }
}
