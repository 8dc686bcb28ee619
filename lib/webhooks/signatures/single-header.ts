/** As Node gives them, and as a stored delivery has them: names in lower case. */
export type WebhookHeaders = Readonly<Record<string, string | string[] | undefined>>;

// Ten signatures of ed25519 have a thousand.
const MAX_CHARACTERS = 4096;

/** What a header that must be there once says: its value, `missing`, or `malformed` where it is repeated or too long. */
export type SingleHeader = { readonly value: string } | 'missing' | 'malformed';

/** Repeated headers that Node joined are found by whoever reads the value: no form has a comma and a space. */
export function singleHeader(headers: WebhookHeaders, name: string): SingleHeader {
  const given: unknown = headers[name];
  const value: unknown = Array.isArray(given) && given.length === 1 ? given[0] : given;
  if (value === undefined || value === '') return 'missing';
  if (typeof value !== 'string' || value.length > MAX_CHARACTERS) return 'malformed';
  return { value };
}
