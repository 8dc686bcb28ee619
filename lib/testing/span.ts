import { IntegrationError } from '../errors.js';
import { dayMs, hourMs, minuteMs } from '../time-units.js';

/** A span of time; the parts are added. */
export interface Span {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
  readonly ms?: number;
}

const msIn = { days: dayMs, hours: hourMs, minutes: minuteMs, seconds: 1_000, ms: 1 } as const;
const units = ['days', 'hours', 'minutes', 'seconds', 'ms'] as const;

/** @throws IntegrationError `OPTIONS_INVALID` for a span that is none, or leads back */
export function millisecondsOf(span: Span): number {
  const ms = Math.round(units.reduce((sum, unit) => sum + (span[unit] ?? 0) * msIn[unit], 0));
  if (Number.isSafeInteger(ms) && ms >= 0) return ms;
  throw new IntegrationError('OPTIONS_INVALID', 'Expected a span of time, from 0 milliseconds on.');
}
