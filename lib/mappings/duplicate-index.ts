const DUPLICATE_KEY = 11000;

/** The fields of the unique index that refused a write, comma-separated; null: the error is another one. */
export function duplicateIndexOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error) || error.code !== DUPLICATE_KEY) return null;
  const { keyPattern = {} } = error as { readonly keyPattern?: object };
  return Object.keys(keyPattern).join();
}
