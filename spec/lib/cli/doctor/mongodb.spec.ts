import { describe, expect, it } from 'vitest';
import { judgeStorage, judgeTopology, judgeVersion, mongodb } from '../../../../lib/cli/doctor/checks/mongodb.js';
import type { Finding } from '../../../../lib/cli/doctor/finding.js';
import { createIntegrations } from '../../../../lib/index.js';
import { describeWithOwnMongod } from '../../../support/crashable-mongod.js';
import { useDatabase, useReplicaSetDatabase, type Database } from '../../../support/database.js';

const told = ({ verdict, found, remedy }: Finding) => `${verdict}: ${found}${remedy === null ? '' : ` → ${remedy}`}`;

/** What the check says of that server, the disk apart. */
async function checked({ connection }: Database): Promise<string[]> {
  const encryptionKeys = [{ id: 'a', secret: Buffer.alloc(32, 1).toString('base64') }];
  const integrations = createIntegrations({ connection, encryptionKeys, logger: false });
  try {
    const world = { integrations, app: null, url: null, cwd: '/', nodeVersion: '' };
    const findings = await mongodb.run({ ...world, signal: new AbortController().signal });
    return findings.map(told).filter((line) => !line.includes('% of the disk'));
  } finally {
    await integrations.close();
  }
}

describeWithOwnMongod('the check of MongoDB warns', () => {
  const standalone = useDatabase();
  const set = useReplicaSetDatabase();

  it('of a standalone server', async () => {
    expect(await checked(standalone)).toEqual([
      expect.stringMatching(/^ok: MongoDB \d+\.\d+\.\d+$/u),
      'warning: A standalone server: no transactions, no change streams, and what it loses is lost. → Run it as a replica set; one with a single member gives transactions.',
    ]);
  });

  it('of a replica set with a single member, and not of one with a second, whatever its priority is', async () => {
    expect((await checked(set))[1]).toBe(
      'warning: The replica set testset, 1 with data: there is no second copy. → Have three members with data.',
    );
    const admin = set.connection.getClient().db('admin');
    const { config } = (await admin.command({ replSetGetConfig: 1 })) as {
      config: { version: number; members: object[] };
    };
    // Which votes for nobody, so that the set needs it for nothing.
    const passive = { _id: 1, host: '127.0.0.1:1', priority: 0, votes: 0 };
    const more = { ...config, version: config.version + 1, members: [...config.members, passive] };
    await admin.command({ replSetReconfig: more });
    expect((await checked(set))[1]).toBe(
      'ok: The replica set testset, 2 with data: transactions, change streams, majority.',
    );
  });
});

describe('MongoDB is judged', () => {
  it.each(['5.0.31', '4.4.29', '3.6.23', 'unknown'])('too old in version %s', (version) => {
    expect(told(judgeVersion(version))).toBe(
      `problem: MongoDB ${version}; 6.0 is the oldest supported. → Upgrade the server.`,
    );
  });

  it.each(['6.0.0', '7.0.14', '8.2.1', '10.0.0'])('good in version %s', (version) => {
    expect(told(judgeVersion(version))).toBe(`ok: MongoDB ${version}`);
  });

  it('by its members', () => {
    const setName = 'rs';
    const hosts = ['a', 'b'];
    expect(told(judgeTopology({ setName, hosts, arbiters: ['c'] }))).toBe(
      'warning: The replica set rs, 2 with data and an arbiter: while one is away, writes that wait for a majority do not end. → Replace the arbiter by a member with data.',
    );
    expect(judgeTopology({ setName, hosts: ['a'], arbiters: ['c'] }).found).toContain('there is no second copy');
    expect(judgeTopology({ setName, hosts: [...hosts, 'c'] }).verdict).toBe('ok');
    expect(judgeTopology({ msg: 'isdbgrid' }).verdict).toBe('ok');
  });

  it('by the disk that is left to it', () => {
    const used = (fsUsedSize: number) => judgeStorage({ fsUsedSize, fsTotalSize: 1_000 }).map(told);
    expect(used(849)).toEqual(['ok: 85 % of the disk of the server is used.']);
    const remedy = 'Make room, or prune: `integrations prune`.';
    expect(used(850)).toEqual([`warning: 85 % of the disk of the server is used. → ${remedy}`]);
    expect(used(960)).toEqual([`problem: 96 % of the disk of the server is used. → ${remedy}`]);
    expect(judgeStorage({})).toEqual([]);
  });
});
