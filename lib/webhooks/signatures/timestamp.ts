import { jsonObject } from './json-object.js';
import type { SignatureRefusalCode } from './refusals.js';

export type TimestampUnit = 'seconds' | 'milliseconds' | 'iso';

const isoInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/** Unix seconds; null where it is not of that form. */
function unixSeconds(text: string, unit: TimestampUnit): number | null {
  if (unit === 'iso') {
    const milliseconds = isoInstant.test(text) ? Date.parse(text) : NaN;
    return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
  }
  if (!/^\d{1,15}$/.test(text)) return null;
  return unit === 'seconds' ? Number(text) : Number(text) / 1000;
}

/** A timestamp that is a member of the JSON body: to be read only of a body whose signature was found right. */
export function timestampInBody(rawBody: Buffer, member: string): string | null {
  const value = jsonObject(rawBody)?.[member];
  return typeof value === 'number' || typeof value === 'string' ? String(value) : null;
}

/** Why a timestamp is not accepted; null where it is. Too new is as suspicious as too old: it could be kept for later. */
export function untimely(
  text: string | null,
  { unit, now, toleranceSeconds }: { unit: TimestampUnit; now: number; toleranceSeconds: number },
): SignatureRefusalCode | null {
  if (text === null || text === '') return 'TIMESTAMP_MISSING';
  const seconds = unixSeconds(text, unit);
  if (seconds === null) return 'TIMESTAMP_MALFORMED';
  return Math.abs(now - seconds) <= toleranceSeconds ? null : 'TIMESTAMP_OUT_OF_TOLERANCE';
}
