import { IntegrationError } from '../errors/integration-error.js';

/** The numbers of a sync run. */
export interface SyncCounts {
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
}

/** How a sync run ended: what `syncCompleted` tells, and `integrations.sync(id, { wait: true })` resolves to. */
export class SyncResult implements SyncCounts {
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
  /** The cursor that the run came to; null: it left the cursor as it was. */
  readonly cursor: unknown;

  /** @throws IntegrationError `OPTIONS_INVALID` for a number that is negative, or no whole one */
  constructor({ succeeded, failed, skipped = 0, cursor = null }: Partial<SyncResult> & Omit<SyncCounts, 'skipped'>) {
    this.succeeded = count('succeeded', succeeded);
    this.failed = count('failed', failed);
    this.skipped = count('skipped', skipped);
    this.cursor = cursor;
  }

  /** Of a run that found nothing. */
  static empty(): SyncResult {
    return new SyncResult({ succeeded: 0, failed: 0 });
  }

  /** All items of the run. */
  get total(): number {
    return this.succeeded + this.failed + this.skipped;
  }

  /** Tells a clean run from a partial one. */
  hasFailures(): boolean {
    return this.failed > 0;
  }
}

function count(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new IntegrationError('OPTIONS_INVALID', `SyncResult: ${name} is a count, and cannot be ${String(value)}.`);
}
