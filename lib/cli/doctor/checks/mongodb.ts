import type { Connection } from 'mongoose';
import { ok, problem, warning, type Check, type Finding } from '../finding.js';
import type { InstanceWorld } from '../world.js';

const oldestMajor = 6;

/** Whether the server is one that the package can rely on. */
export const mongodb: Check<InstanceWorld> = {
  name: 'mongodb',
  async run({ integrations }) {
    const connection = integrations.models.Integration.db;
    return [await versionOf(connection), await topologyOf(connection), ...(await storageOf(connection))];
  },
};

async function command(connection: Connection, asked: Record<string, unknown>): Promise<Record<string, unknown>> {
  if (connection.db === undefined) throw new Error('There is no connection.');
  return connection.db.command(asked);
}

async function versionOf(connection: Connection): Promise<Finding> {
  const version = String((await command(connection, { buildInfo: 1 })).version);
  return Number(version.split('.')[0]) >= oldestMajor
    ? ok(`MongoDB ${version}`)
    : problem(`MongoDB ${version}; 6.0 is the oldest supported.`, 'Upgrade the server.');
}

async function topologyOf(connection: Connection): Promise<Finding> {
  const { msg, setName, hosts, arbiters } = await command(connection, { hello: 1 });
  if (msg === 'isdbgrid') return ok('A sharded cluster: transactions, change streams, majority.');
  if (typeof setName !== 'string') {
    return warning(
      'A standalone server: no transactions, no change streams, and what it loses is lost.',
      'Run it as a replica set; one with a single member gives transactions.',
    );
  }
  const members = Array.isArray(hosts) ? hosts.length : 0;
  const hasArbiter = Array.isArray(arbiters) && arbiters.length > 0;
  const set = `The replica set ${setName}, ${String(members)} with data`;
  if (members === 1) return warning(`${set}: there is no second copy.`, 'Have three members with data.');
  if (!hasArbiter) return ok(`${set}: transactions, change streams, majority.`);
  return warning(
    `${set} and an arbiter: while one is away, writes that wait for a majority do not end.`,
    'Replace the arbiter by a member with data.',
  );
}

const fullAt = { warning: 0.85, problem: 0.95 } as const;

/** Not every server, or user, tells. */
async function storageOf(connection: Connection): Promise<readonly Finding[]> {
  const stats = await command(connection, { dbStats: 1 }).catch(() => null);
  const used = Number(stats?.fsUsedSize);
  const total = Number(stats?.fsTotalSize);
  if (!(total > 0) || Number.isNaN(used)) return [];
  const found = `${String(Math.round((used / total) * 100))} % of the disk of the server is used.`;
  if (used / total < fullAt.warning) return [ok(found)];
  const remedy = 'Make room, or prune: `integrations prune`.';
  return [used / total < fullAt.problem ? warning(found, remedy) : problem(found, remedy)];
}
