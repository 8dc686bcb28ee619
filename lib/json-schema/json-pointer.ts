/** A segment of a JSON Pointer as the name that it stands for (RFC 6901, section 4). */
export function pointerName(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** What a `$ref` means (RFC 6901, section 6); undefined: nothing, an anchor, or what is outside of it. */
export function referredTo(root: unknown, reference: string): unknown {
  if (reference !== '#' && !reference.startsWith('#/')) return undefined;
  const names = reference.slice(1).split('/').slice(1);
  return names.reduce<unknown>(
    (part, segment) =>
      typeof part === 'object' && part !== null
        ? Reflect.get(part, pointerName(decodeURIComponent(segment)))
        : undefined,
    root,
  );
}
