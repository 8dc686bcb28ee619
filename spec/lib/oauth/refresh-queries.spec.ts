import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { integrationCollection } from '../../../lib/integration-store/integration-collection.js';
import { createRefreshQueries, type NewTokens, type RefreshRow } from '../../../lib/oauth/refresh-queries.js';
import { useDatabase } from '../../support/database.js';
import { inSeconds, useOAuthInstance } from '../../support/oauth-instance.js';

const database = useDatabase();
const world = useOAuthInstance(database);

const leaseMs = 60_000;
const queries = () => createRefreshQueries(integrationCollection(world.integrations.models.Integration), leaseMs);

/** A lease on a connected integration. */
async function held(owner = randomUUID()): Promise<{ row: RefreshRow; owner: string }> {
  const { _id, credentialVersion } = await world.connect();
  const row = await queries().acquire(_id, credentialVersion, owner);
  return { row: row!, owner };
}

/** As it looks when its owner has died. */
async function runOut({ _id }: Pick<RefreshRow, '_id'>): Promise<void> {
  const { collection } = world.integrations.models.Integration;
  await collection.updateOne({ _id }, { $set: { 'tokenRefresh.until': inSeconds(-1) } });
}

const newTokens = (tokens = 'sealed anew'): NewTokens => ({
  ...{ tokens, sealedWith: ['spec'], grantedScopes: null },
  ...{ tokenExpiresAt: inSeconds(3_600), tokenRefreshAt: inSeconds(3_000) },
});

const again = ({ _id, credentialVersion }: RefreshRow, owner: string) =>
  queries().acquire(_id, credentialVersion, owner);

describe('acquire()', () => {
  it('gives the lease to one of all who ask', async () => {
    const { _id, credentialVersion } = await world.connect();
    const owners = Array.from({ length: 20 }, () => randomUUID());
    const rows = await Promise.all(owners.map((owner) => queries().acquire(_id, credentialVersion, owner)));
    expect(rows.filter((row) => row !== null)).toHaveLength(1);
  });

  it('may be repeated by its owner, as often as replies get lost', async () => {
    const { row, owner } = await held();
    expect((await again(row, owner))!.tokenRefresh).toMatchObject({ owner, takeovers: 0 });
  });

  it('is refused for a version that is not the stored one', async () => {
    const { _id, credentialVersion } = await world.connect();
    expect(await queries().acquire(_id, credentialVersion - 1, 'other')).toBeNull();
  });

  it('counts those who take over from an owner that is dead', async () => {
    const { row } = await held();
    for (const takeovers of [1, 2]) {
      await runOut(row);
      expect((await again(row, randomUUID()))!.tokenRefresh).toMatchObject({ takeovers });
    }
  });

  it.each([
    ['was revoked', { authStatus: 'revoked' }],
    ['has no grant any more', { grantEndedAt: new Date() }],
  ])('is refused where the integration %s', async (_title, fields) => {
    const { _id, credentialVersion } = await world.connect();
    await world.integrations.models.Integration.collection.updateOne({ _id }, { $set: fields });
    expect(await queries().acquire(_id, credentialVersion, 'other')).toBeNull();
  });
});

describe('renew()', () => {
  it('moves the end of the lease', async () => {
    const { row, owner } = await held();
    await runOut(row);
    expect(await queries().renew(row._id, owner)).toBe(true);
    expect(await again(row, 'other')).toBeNull();
  });

  it('tells who has lost it', async () => {
    const { row, owner } = await held();
    await runOut(row);
    await again(row, 'other');
    expect(await queries().renew(row._id, owner)).toBe(false);
  });
});

describe('save()', () => {
  it('stores by the version, whoever has the lease by now', async () => {
    const { row } = await held();
    await runOut(row);
    await again(row, 'other');
    expect(await queries().save(row, newTokens())).toMatchObject({
      ...{ tokens: 'sealed anew', authStatus: 'connected', tokenRefresh: null },
      credentialVersion: row.credentialVersion + 1,
    });
  });

  it('stores once', async () => {
    const { row } = await held();
    await queries().save(row, newTokens());
    expect(await queries().save(row, newTokens('later'))).toBeNull();
    expect((await queries().read(row._id))!.tokens).toBe('sealed anew');
  });

  it.each(['credentials', 'tokens'])('is refused where %s were sealed anew meanwhile', async (field) => {
    const { row } = await held();
    await world.integrations.models.Integration.collection.updateOne(
      { _id: row._id },
      { $set: { [field]: 'rotated' } },
    );
    expect(await queries().save(row, newTokens())).toBeNull();
  });

  it('leaves it open whether a grant is good that others have found to be over meanwhile', async () => {
    const { row, owner } = await held();
    await queries().endGrant(row, owner);
    const saved = await queries().save(row, newTokens());
    expect(saved).toMatchObject({ tokens: 'sealed anew', authStatus: 'needsReauthorization', grantEndedAt: null });
    expect(saved!.tokenRefreshAt!.getTime()).toBeLessThan(Date.now() + 60_000);
  });

  it('keeps the scopes of before where the answer names none', async () => {
    const { row } = await held();
    const scoped = await queries().save(row, { ...newTokens(), grantedScopes: ['$read'] });
    expect(await queries().save(scoped!, newTokens('later'))).toMatchObject({ grantedScopes: ['$read'] });
  });
});

describe('release()', () => {
  it('keeps everybody from it for a while', async () => {
    const { row, owner } = await held();
    await queries().release(row, owner, { waitMs: 60_000, isAnswerLost: false });
    expect(await again(row, 'other')).toBeNull();
  });

  it('counts failures, and does not forget that an answer may have been lost before', async () => {
    const { row } = await held();
    for (const failures of [1, 2]) {
      await runOut(row);
      await again(row, 'other');
      await queries().release(row, 'other', { waitMs: 0, isAnswerLost: false });
      expect((await queries().read(row._id))!.tokenRefresh).toMatchObject({ owner: null, takeovers: 1, failures });
    }
  });

  it('counts an answer that was lost', async () => {
    const { row, owner } = await held();
    await queries().release(row, owner, { waitMs: 0, isAnswerLost: true });
    expect((await again(row, 'other'))!.tokenRefresh).toMatchObject({ takeovers: 1 });
  });

  it('is nothing that others can do', async () => {
    const { row, owner } = await held();
    await queries().release(row, 'other', { waitMs: 0, isAnswerLost: false });
    expect((await queries().read(row._id))!.tokenRefresh).toMatchObject({ owner });
  });
});

describe('endGrant()', () => {
  it('may be repeated, as often as replies get lost', async () => {
    const { row, owner } = await held();
    expect(await queries().endGrant(row, owner)).toBe(true);
    expect(await queries().endGrant(row, owner)).toBe(true);
    expect(await queries().read(row._id)).toMatchObject({ authStatus: 'needsReauthorization', tokenRefreshAt: null });
  });

  it('is nothing that others can do', async () => {
    const { row } = await held();
    expect(await queries().endGrant(row, 'other')).toBe(false);
  });

  it('does not end the grant of newer tokens', async () => {
    const { row, owner } = await held();
    await queries().save(row, newTokens());
    expect(await queries().endGrant(row, owner)).toBe(false);
  });
});

describe('giveBack()', () => {
  it('lets others have the lease at once', async () => {
    const { row, owner } = await held();
    await queries().giveBack(row, owner);
    expect((await again(row, 'other'))!.tokenRefresh).toMatchObject({ owner: 'other', takeovers: 0 });
  });
});
