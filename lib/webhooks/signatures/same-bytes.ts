import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const ownKey = randomBytes(32);

/** Are they equal? How long it takes tells nothing about where, or how much, they differ; nor about their lengths. */
export function sameBytes(one: string | Buffer, other: string | Buffer): boolean {
  return timingSafeEqual(blinded(one), blinded(other));
}

function blinded(bytes: string | Buffer): Buffer {
  return createHmac('sha256', ownKey).update(bytes).digest();
}
