/**
 * What a hook of a provider says; null where it has no opinion. A hook that throws has none either: it must not hide
 * the failure that it was asked about.
 */
export function opinionOf<T>(hook: () => T | null | undefined): T | null {
  try {
    return hook() ?? null;
  } catch {
    return null;
  }
}
