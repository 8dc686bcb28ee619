const readMethods = new Set(['GET', 'HEAD']);

/** Is it GET or HEAD? They change nothing on the other side (RFC 9110, section 9.2.1). */
export function isRead(method: string): boolean {
  return readMethods.has(method.toUpperCase());
}
