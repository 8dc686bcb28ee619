// As many as body parsers take; Twilio sends some dozens.
const MAX_PARAMETERS = 1000;

/**
 * The parameters of a form as Twilio signs them: sorted by name, each name followed by its value, repeated values once
 * and sorted. Null where the body is no form that a sender would write: the content is signed without separators, so
 * that `a&b` must not pass for `a=b`, nor what cannot be decoded for something else.
 */
export function formParameters(rawBody: Buffer): string[] | null {
  const text = rawBody.toString('latin1');
  if (text === '') return [];
  if (!/^[\x21-\x7e]*$/.test(text)) return null;
  const pieces = text.split('&', MAX_PARAMETERS + 1);
  if (pieces.length > MAX_PARAMETERS) return null;
  const values = new Map<string, Set<string>>();
  for (const piece of pieces) {
    const [name, value] = pairOf(piece) ?? [];
    if (name === undefined || value === undefined) return null;
    values.set(name, (values.get(name) ?? new Set<string>()).add(value));
  }
  return [...values.keys()]
    .sort()
    .flatMap((name) => [...(values.get(name) ?? [])].sort().flatMap((value) => [name, value]));
}

function pairOf(piece: string): [string, string] | null {
  const at = piece.indexOf('=');
  if (at < 1) return null;
  try {
    return [decoded(piece.slice(0, at)), decoded(piece.slice(at + 1))];
  } catch {
    return null;
  }
}

/** @throws {URIError} Where an escape is incomplete or no UTF-8. */
function decoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
