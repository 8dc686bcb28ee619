import { InvalidArgumentError } from '@commander-js/extra-typings';

/** Seconds by unit. */
export const unitSeconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** `90s`, `15m`, `2h` or `7d`, in seconds. */
export function parseDuration(text: string): number {
  const [, count, unit] = /^(\d+)([smhd])$/u.exec(text) ?? [];
  if (Number(count) > 0) return Number(count) * unitSeconds[unit as keyof typeof unitSeconds];
  throw new InvalidArgumentError('Expected a time such as 90s, 15m, 2h or 7d.');
}

/** A time: an ISO 8601 date, or how long ago it was (`2h`). */
export function parseSince(text: string): Date {
  if (/^\d+[smhd]$/u.test(text)) return new Date(Date.now() - parseDuration(text) * 1_000);
  const date = new Date(text);
  if (!Number.isNaN(date.getTime())) return date;
  throw new InvalidArgumentError('Expected a date such as 2026-11-22T03:00:00Z, or how long ago: 2h, 7d.');
}

/** In the largest unit that shows it whole. */
export function durationText(seconds: number): string {
  const found = Object.entries(unitSeconds).findLast(([, size]) => seconds >= size && seconds % size === 0);
  return found === undefined ? `${String(seconds)}s` : `${String(seconds / found[1])}${found[0]}`;
}
