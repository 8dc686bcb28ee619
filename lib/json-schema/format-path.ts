/** A JSON Pointer (RFC 6901), and a member of what it leads to, as people write it: `encryptionKeys[0].secret`. */
export function formatPath(pointer: string, member: string | null = null): string {
  const segments = pointer.split('/').slice(1).map(unescape);
  if (member !== null) segments.push(member);
  return segments.map(formatSegment).join('').replace(/^\./, '');
}

function unescape(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

function formatSegment(segment: string): string {
  if (/^\d+$/.test(segment)) return `[${segment}]`;
  return /^[\w$-]+$/.test(segment) ? `.${segment}` : `[${JSON.stringify(segment)}]`;
}
