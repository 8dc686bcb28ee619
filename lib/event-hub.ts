import type { IntegrationEventListener, IntegrationEventName, IntegrationEvents } from './events.js';
import type { LoggerLike } from './types/logger.js';

/** Tells listeners what happened. */
export interface EventHub {
  /** Adds a listener; the function that comes back removes it. */
  on<Name extends IntegrationEventName>(name: Name, listener: IntegrationEventListener<Name>): () => void;
  off<Name extends IntegrationEventName>(name: Name, listener: IntegrationEventListener<Name>): void;
  /** Calls each listener; the payload is made only if there is one. What listeners throw or reject with is logged. */
  emit<Name extends IntegrationEventName>(name: Name, payload: () => IntegrationEvents[Name]): void;
}

export function createEventHub(logger: LoggerLike): EventHub {
  const sets = new Map<IntegrationEventName, Set<unknown>>();

  function listenersOf<Name extends IntegrationEventName>(name: Name): Set<IntegrationEventListener<Name>> {
    const known = sets.get(name) ?? new Set();
    sets.set(name, known);
    // A Map cannot tie the type of a value to its key; only this function puts sets in.
    return known as Set<IntegrationEventListener<Name>>;
  }

  function off<Name extends IntegrationEventName>(name: Name, listener: IntegrationEventListener<Name>): void {
    listenersOf(name).delete(listener);
  }

  return {
    off,
    on(name, listener) {
      listenersOf(name).add(listener);
      return () => {
        off(name, listener);
      };
    },
    emit(name, payload) {
      const listeners = listenersOf(name);
      if (listeners.size === 0) return;
      const facts = payload();
      for (const listener of listeners) {
        // Through a promise, so that a listener that throws and one that rejects end in the same place.
        Promise.resolve()
          .then(() => listener(facts))
          .catch((error: unknown) => logger.error(`A listener of "${name}" failed.`, { event: name, error }));
      }
    },
  };
}
