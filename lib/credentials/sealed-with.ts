import { decodeProtectedHeader } from 'jose';

/** Ids of the keys that ciphertexts were sealed with, for `sealedWith`; opens nothing, and leaves out what is no JWE. */
export function sealedWith(...ciphertexts: readonly (string | null | undefined)[]): string[] {
  const ids = ciphertexts.map(keyIdOf).filter((id) => id !== null);
  return [...new Set(ids)];
}

function keyIdOf(sealed: string | null | undefined): string | null {
  if (typeof sealed !== 'string') return null;
  try {
    const { kid } = decodeProtectedHeader(sealed);
    return kid ?? null;
  } catch {
    return null;
  }
}
