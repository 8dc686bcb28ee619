import { createHash, randomBytes } from 'node:crypto';

/** 256 bits that nobody can guess, in base64url. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** SHA-256, base64url. What is hashed has 256 bits of its own, so that it needs no salt. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
