/** A signal that is made when somebody asks for it. */
export interface LazySignal {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
}

/** An AbortController costs more than all else of an attempt whose listener does not look at it. */
export function createLazySignal(): LazySignal {
  let controller: AbortController | null = null;
  let aborted: { readonly reason: unknown } | null = null;
  return {
    get signal() {
      if (controller === null) {
        controller = new AbortController();
        if (aborted !== null) controller.abort(aborted.reason);
      }
      return controller.signal;
    },
    abort(reason) {
      aborted ??= { reason };
      controller?.abort(reason);
    },
  };
}
