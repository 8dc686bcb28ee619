/** The right to fetch a response, kept while that takes. */
export interface Lease {
  /** Resolves when no sign of life is on its way any more: it must not arrive after the end. */
  end(): Promise<void>;
}

/** Often enough that two in a row may get lost. */
const renewMs = 1_500;

/** @param renew Must not reject. */
export function keepLease(renew: () => Promise<void>): Lease {
  let renewing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    renewing = renew();
  }, renewMs).unref();
  return {
    async end() {
      clearInterval(timer);
      await renewing;
    },
  };
}
