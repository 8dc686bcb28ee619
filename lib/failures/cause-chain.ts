/** SDKs wrap errors a few levels deep; deeper chains are cycles or accidents. */
const maxDepth = 10;

/** The error, what caused it, what caused that, …: outermost first, safe for cycles. */
export function causeChain(error: unknown): unknown[] {
  const chain: unknown[] = [];
  let current = error;
  while (current !== undefined && current !== null && chain.length < maxDepth && !chain.includes(current)) {
    chain.push(current);
    current = property(current, 'cause');
  }
  return chain;
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
