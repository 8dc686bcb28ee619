import { createHash } from 'node:crypto';
import type { RateWindow } from './rate-window.js';

/** A limit that an attempt falls under. */
export interface RateRule extends RateWindow {
  /** Of its log in the gate document. */
  readonly name: string;
  /** Tokens per window, as declared. */
  readonly limit: number;
  /** Whether an operator's limit for the same window takes its place. */
  readonly isOverridable: boolean;
}

/** What of a `RateLimit` counts here. */
interface CountedWindow extends RateWindow {
  readonly limit: number;
}

/** The rule for all calls of an integration. Of its own name: it is not counted together with further ones. */
export function defaultRule({ limit, seconds, kind }: CountedWindow): RateRule {
  return { name: `default-${windowName({ seconds, kind })}`, limit, seconds, kind, isOverridable: true };
}

/** The rule that an operator's limit is where it takes the place of the declared one: safe however the provider counts. */
export function overrideRule({ limit, seconds }: Omit<CountedWindow, 'kind'>): RateRule {
  return defaultRule({ limit, seconds, kind: 'fixed' });
}

/** A further rule, for the calls whose endpoint fits one of the patterns; null: for all. */
export function furtherRule({ limit, seconds, kind }: CountedWindow, patterns: readonly string[] | null): RateRule {
  const whose = patterns === null ? 'all' : patternsName(patterns);
  return { name: `rule-${windowName({ seconds, kind })}-${whose}`, limit, seconds, kind, isOverridable: false };
}

/**
 * The same window and the same calls share a log, another window or other calls begin a new one: after a change of the
 * provider nothing is counted by the wrong measure. Fixed and sliding windows are kept in the same way.
 */
function windowName({ seconds, kind }: RateWindow): string {
  return `${seconds}s${kind === 'aligned' ? '-aligned' : ''}`;
}

function patternsName(patterns: readonly string[]): string {
  const text = JSON.stringify(patterns.toSorted());
  // Patterns hold dots and dollars, which names of fields must not.
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
