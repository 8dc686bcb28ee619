import type { Call } from '../requests/call.js';
import type { LoggerLike } from '../types/logger.js';

/** Warns, once for each provider, where the other API does not recognise repetitions by the key. */
export function createSupportWarning(logger: LoggerLike): (call: Call) => void {
  const warned = new Set<string>();
  return function warnWithoutSupport({ provider, providerDefinition }) {
    if (providerDefinition.supportsIdempotency === true || warned.has(provider)) return;
    warned.add(provider);
    logger.warn(
      'A call has an idempotency key, and its provider no SupportsIdempotency: the key is not sent, and a write whose answer is lost is not retried.',
      { provider, capability: 'SupportsIdempotency' },
    );
  };
}
