import type { mongo } from 'mongoose';
import type { IntegrationModels } from '../../schemas/models.js';

/**
 * Points of the settlement of a run. `counted`: all is known, nothing is written. `advanced`: the integration is
 * advanced. `logged`: the operation log is closed, and the run is not settled.
 */
export type SettlePoint = 'counted' | 'advanced' | 'logged';

type Client = Pick<mongo.MongoClient, 'on'>;

interface Signalling {
  readonly point: SettlePoint;
  readonly signal: NodeJS.Signals;
}

/** The process sends itself a signal, once, before it sends the command that follows the point. */
export function signalAtPoint(client: Client, models: IntegrationModels, { point, signal }: Signalling): void {
  const next = {
    counted: [models.Integration, 'lastSyncRunId'],
    advanced: [models.IntegrationLog, 'resultData'],
    logged: [models.IntegrationSyncRun, 'settledAt'],
  } as const;
  const [model, field] = next[point];
  let isSent = false;
  client.on('commandStarted', ({ commandName, command }: mongo.CommandStartedEvent) => {
    if (isSent || commandName !== 'findAndModify') return;
    const { findAndModify, update } = command as { findAndModify: string; update: unknown };
    if (findAndModify !== model.collection.collectionName || !writes(update, field)) return;
    isSent = true;
    process.kill(process.pid, signal);
  });
}

/** Of an update, or of the stages of a pipeline. */
function writes(update: unknown, field: string): boolean {
  const stages = (Array.isArray(update) ? update : [update]) as readonly { readonly $set?: object }[];
  return stages.some(({ $set = {} }) => Object.hasOwn($set, field));
}
