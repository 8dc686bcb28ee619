import type { ResponseMetadata } from '../context.js';

/** Characters of an upstream's request id that are kept. */
const maxRequestIdLength = 128;

const isDate = (value: unknown): boolean => value instanceof Date && !Number.isNaN(value.getTime());
const isAmount = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isStatus = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 100 && Number(value) <= 599;

const accepts: Readonly<Record<keyof ResponseMetadata, (value: unknown) => boolean>> = {
  providerRequestId: (value) => typeof value === 'string' || typeof value === 'number',
  statusCode: isStatus,
  rateLimitRemaining: isAmount,
  rateLimitResetAt: isDate,
  retryAfterSeconds: isAmount,
};

/**
 * What a callback or a provider reported, as far as it can be used: it comes from headers and SDKs, and a wrong type
 * must fail neither the call nor its log. A header that is not there arrives as undefined, and undoes no earlier
 * report.
 */
export function reportedMetadata(reported: unknown): ResponseMetadata {
  if (typeof reported !== 'object' || reported === null) return {};
  const usable = Object.entries(reported).filter(([name, value]) => isUsable(name, value));
  const metadata: Record<string, unknown> = Object.fromEntries(usable);
  const { providerRequestId: id } = metadata;
  const isId = typeof id === 'string' || typeof id === 'number';
  return isId ? { ...metadata, providerRequestId: firstCharacters(`${id}`) } : metadata;
}

function isUsable(name: string, value: unknown): boolean {
  if (!Object.hasOwn(accepts, name)) return false;
  return value === null || accepts[name as keyof ResponseMetadata](value);
}

/** Cuts by characters, so that a surrogate pair is never torn. */
function firstCharacters(text: string): string {
  return text.length <= maxRequestIdLength ? text : Array.from(text).slice(0, maxRequestIdLength).join('');
}
