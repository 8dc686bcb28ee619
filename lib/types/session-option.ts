import type { ClientSession } from 'mongoose';

/** What every service that can join a transaction accepts. */
export interface SessionOption {
  /** Joined when given; a transaction that is merely under way is not. */
  readonly session?: ClientSession | null;
}
