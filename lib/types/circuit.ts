/**
 * Why a circuit opened:
 *
 * - `failureRate`, `failureCount`: the threshold of the strategy was reached
 * - `probeFailed`: the one call that was let through failed as well
 * - `forced`: an operator said so, or what he had said instead is over
 */
export type CircuitOpenReason = 'failureRate' | 'failureCount' | 'probeFailed' | 'forced';

/** Why a circuit closed: the probe got an answer; or an operator said so, or what he had said instead is over. */
export type CircuitCloseReason = 'probeSucceeded' | 'forced';

/** What an operator can set, beside the circuit's own state. `disabled`: nothing is refused, and nothing counted. */
export type ForcedCircuitState = 'open' | 'closed' | 'disabled';

/** The circuit's own state. `halfOpen`: one call finds out whether the other API is back. */
export type CircuitState = 'closed' | 'open' | 'halfOpen';

/** What calls meet. */
export type EffectiveCircuitState = CircuitState | 'disabled';

/** A circuit, as `inspect()` finds it. */
export interface CircuitStatus {
  /** Its own. */
  readonly state: CircuitState;
  /** With the operator's word and the options. */
  readonly effectiveState: EffectiveCircuitState;
  /** When it opened last; null while it is closed. */
  readonly openedAt: Date | null;
  /** When a refused call may be worth trying again, in seconds from now; 0 while none is refused. */
  readonly retryAfterSeconds: number;
  /** Attempts within the window, as far as the processes have told: answered ones are told once some have failed. */
  readonly counts: { readonly answered: number; readonly failed: number };
  /** Failed attempts in a row; counted by the strategy `count` alone. */
  readonly failuresInARow: number;
  /** `until` null: until it is released. */
  readonly forced: { readonly state: ForcedCircuitState; readonly until: Date | null } | null;
}
