import { property } from './cause-chain.js';

/** MongoDB's code for a value that a unique index holds already. */
export const duplicateKeyCode = 11_000;

/** Did a unique index refuse the write? */
export function isDuplicateKey(error: unknown): boolean {
  return property(error, 'code') === duplicateKeyCode;
}
