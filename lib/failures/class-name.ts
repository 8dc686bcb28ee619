import { property } from './cause-chain.js';

/** The name of an object's class; null where there is none. Many SDKs forget to give their errors a `name`. */
export function classNameOf(value: unknown): string | null {
  const constructor = property(value, 'constructor');
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : null;
}
