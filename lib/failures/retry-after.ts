import { property } from './cause-chain.js';
import { failureChain } from './failure-chain.js';
import { headersOf } from './header-values.js';
import { isThrottlingOfSlack } from './throttling.js';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Milliseconds that a `Retry-After` value asks to wait; 0 for a date in the past, null for what is no such value.
 * Understands seconds (Shopify sends `2.0`) and the three date forms of RFC 9110, section 5.6.7, all of them UTC.
 */
export function parseRetryAfter(value: string, now: number): number | null {
  const text = value.trim();
  // Before any date parsing: Date.parse('120') is a day in the year 120.
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const instant = parseHttpDate(text, now);
  return instant === null ? null : Math.max(0, instant - now);
}

/** Milliseconds since the epoch of a date in one of the three forms of RFC 9110, section 5.6.7; null: it is none. */
export function parseHttpDate(text: string, now: number): number | null {
  const imf = /^\w{3}, (\d{2}) (\w{3}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT$/.exec(text);
  if (imf) return instant(imf[3], imf[2], imf[1], imf[4]);
  const rfc850 = /^\w+, (\d{2})-(\w{3})-(\d{2}) (\d{2}:\d{2}:\d{2}) GMT$/.exec(text);
  if (rfc850) return instant(fullYear(rfc850[3], now), rfc850[2], rfc850[1], rfc850[4]);
  const asctime = /^\w{3} (\w{3}) ([ \d]\d) (\d{2}:\d{2}:\d{2}) (\d{4})$/.exec(text);
  if (asctime) return instant(asctime[4], asctime[1], asctime[2], asctime[3]);
  return null;
}

function instant(year = '', month = '', day = '', time = ''): number | null {
  const monthIndex = months.indexOf(month);
  const [hours, minutes, seconds] = time.split(':').map(Number);
  if (monthIndex === -1) return null;
  const result = Date.UTC(Number(year), monthIndex, Number(day), hours, minutes, seconds);
  return Number.isNaN(result) ? null : result;
}

/** RFC 9110: a two-digit year that would lie more than 50 years ahead is one of the past century. */
function fullYear(twoDigits = '', now: number): string {
  const thisYear = new Date(now).getUTCFullYear();
  const year = Math.floor(thisYear / 100) * 100 + Number(twoDigits);
  return String(year > thisYear + 50 ? year - 100 : year);
}

/**
 * Milliseconds that the answer to a failed call asks to wait, found anywhere in the cause chain; null: it does not say.
 *
 * @param failure What was thrown, or the failing response that a callback returned.
 */
export function retryAfterOf(failure: unknown, now: number): number | null {
  for (const headers of headersOf(failure)) {
    const delay = parseRetryAfter(headers.get('retry-after')?.[0] ?? '', now);
    if (delay !== null) return delay;
  }
  const seconds = property(failureChain(failure).find(isThrottlingOfSlack), 'retryAfter');
  return typeof seconds === 'number' && seconds >= 0 ? seconds * 1000 : null;
}
