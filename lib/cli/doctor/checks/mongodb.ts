import type { Connection } from 'mongoose';
import { ok, problem, warning, type Check, type Finding } from '../finding.js';
import type { InstanceWorld } from '../world.js';

const oldestMajor = 6;

/** Whether the server is one that the package can rely on. */
export const mongodb: Check<InstanceWorld> = {
  name: 'mongodb',
  async run({ integrations }) {
    const connection = integrations.models.Integration.db;
    const { version } = await command(connection, { buildInfo: 1 });
    const topology = judgeTopology(await command(connection, { hello: 1 }));
    // Not every server, or user, tells.
    const stats = await command(connection, { dbStats: 1 }).catch(() => ({}));
    return [judgeVersion(String(version)), topology, ...judgeStorage(stats)];
  },
};

type Answer = Readonly<Record<string, unknown>>;

async function command(connection: Connection, asked: Record<string, unknown>): Promise<Answer> {
  if (connection.db === undefined) throw new Error('There is no connection.');
  return connection.db.command(asked);
}

export function judgeVersion(version: string): Finding {
  return Number(version.split('.')[0]) >= oldestMajor
    ? ok(`MongoDB ${version}`)
    : problem(`MongoDB ${version}; 6.0 is the oldest supported.`, 'Upgrade the server.');
}

/** @param hello What the server answers to that command. */
export function judgeTopology({ msg, setName, hosts, passives, arbiters }: Answer): Finding {
  if (msg === 'isdbgrid') return ok('A sharded cluster: transactions, change streams, majority.');
  if (typeof setName !== 'string') {
    return warning(
      'A standalone server: no transactions, no change streams, and what it loses is lost.',
      'Run it as a replica set; one with a single member gives transactions.',
    );
  }
  // Those that cannot become primary hold data as well.
  const members = lengthOf(hosts) + lengthOf(passives);
  const hasArbiter = lengthOf(arbiters) > 0;
  const set = `The replica set ${setName}, ${String(members)} with data`;
  if (members === 1) return warning(`${set}: there is no second copy.`, 'Have three members with data.');
  if (!hasArbiter) return ok(`${set}: transactions, change streams, majority.`);
  return warning(
    `${set} and an arbiter: while one is away, writes that wait for a majority do not end.`,
    'Replace the arbiter by a member with data.',
  );
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}

const fullAt = { warning: 0.85, problem: 0.95 } as const;

/** @param stats What the server answers to `dbStats`. */
export function judgeStorage({ fsUsedSize, fsTotalSize }: Answer): readonly Finding[] {
  const used = Number(fsUsedSize);
  const total = Number(fsTotalSize);
  if (!(total > 0) || Number.isNaN(used)) return [];
  const found = `${String(Math.round((used / total) * 100))} % of the disk of the server is used.`;
  if (used / total < fullAt.warning) return [ok(found)];
  const remedy = 'Make room, or prune: `integrations prune`.';
  return [used / total < fullAt.problem ? warning(found, remedy) : problem(found, remedy)];
}
