import type { Transport } from './stages/send.js';

/** Holds the transport that calls are sent by, and lets the testing entry exchange it. */
export interface TransportSwitch {
  current(): Transport;
  /** What is really there, for a fake that lets some calls through. */
  readonly real: Transport;
  /** Sends all further attempts by `transport`; null: by the real one. */
  use(transport: Transport | null): void;
}

export function createTransportSwitch(real: Transport): TransportSwitch {
  let replacement: Transport | null = null;
  return {
    real,
    current: () => replacement ?? real,
    use(transport) {
      replacement = transport;
    },
  };
}
