import { isDuplicateKey } from '../failures/duplicate-key.js';

/** The fields of the unique index that refused a write, comma-separated; null: the error is another one. */
export function duplicateIndexOf(error: unknown): string | null {
  if (!isDuplicateKey(error)) return null;
  const { keyPattern = {} } = error as { readonly keyPattern?: object };
  return Object.keys(keyPattern).join();
}
