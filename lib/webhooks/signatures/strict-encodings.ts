const forms = { hex: /^(?:[0-9a-f]{2})+$/, base64: /^[A-Za-z0-9+/]+={0,2}$/ } as const;

/**
 * The bytes behind a text; null where it is not exactly what an encoder makes of them: Node decodes as far as it can
 * and ignores the rest, so that many texts would stand for the same bytes.
 */
export function decodeStrictly(text: string, encoding: 'hex' | 'base64'): Buffer | null {
  if (!forms[encoding].test(text)) return null;
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? bytes : null;
}
