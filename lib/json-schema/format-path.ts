import { pointerName } from './json-pointer.js';

/** A JSON Pointer (RFC 6901), and a member of what it leads to, as people write it: `encryptionKeys[0].secret`. */
export function formatPath(pointer: string, member: string | null = null): string {
  const segments = pointer.split('/').slice(1).map(pointerName);
  if (member !== null) segments.push(member);
  return segments.map(formatSegment).join('').replace(/^\./, '');
}

function formatSegment(segment: string): string {
  if (/^\d+$/.test(segment)) return `[${segment}]`;
  return /^[\w$-]+$/.test(segment) ? `.${segment}` : `[${JSON.stringify(segment)}]`;
}
