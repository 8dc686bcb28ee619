import type { IntegrationGateFields, StoredCircuit } from '../../schemas/integration-gate.js';

/** What the hot path knows of a gate document; all null where there is none yet. */
export interface GateState extends Pick<IntegrationGateFields, 'suppressUntil' | 'override' | 'failureMark'> {
  readonly circuit: StoredCircuit | null;
}

/** A gate document as it was a moment ago. */
export interface GateView extends GateState {
  /** The server's clock when the document was read, in milliseconds since the epoch. */
  readonly readAt: number;
  /**
   * The server's clock, now: deadlines in the document are compared with it, never with the process's own. Says nothing
   * where there is no document.
   */
  now(): number;
}

/** What a query for it projects: every reply of the gate collection teaches the view. */
export const gateProjection = {
  suppressUntil: 1,
  override: 1,
  failureMark: 1,
  circuit: 1,
  serverTime: '$$NOW',
} as const;

/** A document of that projection. */
export interface GateReply extends Partial<GateState> {
  readonly serverTime: Date;
}

/** A view of a reply that has just come; `null`: there is no document. */
export function gateView(reply: GateReply | null): GateView {
  const receivedAt = performance.now();
  // Where there is no document, there is nothing to compare its clock with.
  const serverTime = reply?.serverTime.getTime() ?? 0;
  return {
    suppressUntil: reply?.suppressUntil ?? null,
    override: reply?.override ?? null,
    failureMark: reply?.failureMark ?? null,
    circuit: reply?.circuit ?? null,
    readAt: serverTime,
    now: () => serverTime + performance.now() - receivedAt,
  };
}
