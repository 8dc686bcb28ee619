import { createRecentValues } from './recent-values.js';

/** Looks something up, unless that was done a moment ago. */
export type BriefMemory<Value> = (key: string, look: () => Promise<Value>) => Promise<Value>;

export interface BriefMemoryOptions<Value> {
  /** How long a value is remembered, in milliseconds. */
  readonly keepMs: number;
  /** How many values are remembered at most. */
  readonly limit: number;
  /** Whether what was found is remembered; default: whatever it is. */
  readonly isWorth?: (value: Value) => boolean;
}

interface Kept<Value> {
  until: number;
  readonly value: Promise<Value>;
}

/** Who asks while something is looked up shares that. What could not be looked up is not remembered. */
export function createBriefMemory<Value>({
  keepMs,
  limit,
  isWorth = () => true,
}: BriefMemoryOptions<Value>): BriefMemory<Value> {
  const values = createRecentValues<Kept<Value>>(limit);
  return (key, look) => {
    const known = values.get(key);
    if (known !== undefined && performance.now() < known.until) return known.value;
    const kept = { until: performance.now() + keepMs, value: look() };
    values.set(key, kept);
    const forget = (): void => {
      kept.until = -Infinity;
    };
    kept.value.then((value) => {
      if (!isWorth(value)) forget();
    }, forget);
    return kept.value;
  };
}
