import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { createResponseQueries, responseCollection, type Claim } from '../../../lib/response-cache/response-queries.js';
import { useDatabase } from '../../support/database.js';
import { useHttpServer } from '../../support/http-server.js';
import { useLocalInstance } from '../../support/local-instance.js';

const database = useDatabase();
const upstream = useHttpServer();
const local = useLocalInstance(database, upstream);
const collection = () => responseCollection(local.integrations.models.IntegrationResponse);
const queries = () => createResponseQueries(collection());

let ids = 0;

function newClaim(changes: Partial<Claim> = {}): Claim {
  ids += 1;
  const integrationId = new Types.ObjectId();
  return { id: `id-${ids}`, integrationId, endpoint: '/a', tags: ['t'], token: 'one', storedAt: null, ...changes };
}

const content = { payload: Buffer.from('a'), validators: null, requestId: new Types.ObjectId(), tags: ['t'] };
const lifetime = { ttl: 60, keepMs: 1_000 };

/** As if the fetcher had not been heard of for that long. */
const silence = (id: string) => collection().updateOne({ _id: id }, { $set: { fetchUntil: new Date(0) } });

describe('the right to fetch', () => {
  it('is one claimer’s, of however many at once', async () => {
    const claim = newClaim();
    const tokens = Array.from({ length: 20 }, (_none, index) => `token-${index}`);
    const states = await Promise.all(tokens.map((token) => queries().claim({ ...claim, token })));
    expect(new Set(states.map(({ fetcher }) => fetcher)).size).toBe(1);
  });

  it('stays with who repeats the claim: the reply may have got lost', async () => {
    const claim = newClaim();
    await queries().claim(claim);
    await expect(queries().claim(claim)).resolves.toMatchObject({ fetcher: 'one' });
  });

  it('is free again once the fetcher is not heard of, and then nothing of his is kept', async () => {
    const claim = newClaim();
    await queries().claim(claim);
    await silence(claim.id);
    await expect(queries().claim({ ...claim, token: 'two' })).resolves.toMatchObject({ fetcher: 'two' });
    await expect(queries().store(claim.id, 'one', content, lifetime)).resolves.toBe(false);
    await expect(queries().store(claim.id, 'two', content, lifetime)).resolves.toBe(true);
  });

  it('is not given where there is another response than the claimer has seen', async () => {
    const claim = newClaim();
    await queries().claim(claim);
    await queries().store(claim.id, 'one', content, lifetime);
    const state = await queries().claim({ ...claim, token: 'two' });
    expect(state).toMatchObject({ fetcher: 'one', storedAt: expect.any(Date) });
    await expect(queries().claim({ ...claim, token: 'two', storedAt: state.storedAt })).resolves.toMatchObject({
      fetcher: 'two',
    });
  });

  it('lasts five seconds from the last sign of life, and keeps the document from being deleted', async () => {
    const claim = newClaim();
    await queries().claim(claim);
    await silence(claim.id);
    await queries().renew(claim.id, 'one');
    const { fetchUntil, serverTime } = (await queries().peek(claim.id))!;
    expect(fetchUntil!.getTime() - serverTime.getTime()).toBeGreaterThan(3_000);
    const { expireAt } = (await collection().findOne({ _id: claim.id }))!;
    expect(expireAt.getTime() - serverTime.getTime()).toBeGreaterThan(50_000);
  });

  it('is not renewed for who has lost it', async () => {
    const claim = newClaim();
    await queries().claim(claim);
    await silence(claim.id);
    await queries().renew(claim.id, 'somebody else');
    await expect(queries().peek(claim.id)).resolves.toMatchObject({ fetchUntil: new Date(0) });
  });

  it('leaves a document that MongoDB deletes, even where nothing was claimed', async () => {
    const claim = newClaim({ storedAt: new Date(0) });
    await expect(queries().claim(claim)).resolves.toMatchObject({ fetcher: null });
    await expect(collection().findOne({ _id: claim.id })).resolves.toMatchObject({ expireAt: expect.any(Date) });
  });
});

describe('what is stored', () => {
  it('does not come back after it was forgotten', async () => {
    const claim = newClaim();
    await queries().claim(claim);
    await collection().deleteOne({ _id: claim.id });
    await expect(queries().store(claim.id, 'one', content, lifetime)).resolves.toBe(false);
    await expect(queries().read(claim.id)).resolves.toBeNull();
  });

  it('stays where a fetch brings nothing', async () => {
    const claim = newClaim();
    await queries().claim(claim);
    await queries().store(claim.id, 'one', content, lifetime);
    const { storedAt } = (await queries().peek(claim.id))!;
    await queries().claim({ ...claim, token: 'two', storedAt });
    await queries().release(claim.id, 'two', {});
    await expect(queries().read(claim.id)).resolves.toMatchObject({ payload: Buffer.from('a'), fetchUntil: null });
  });

  it('is taken literally', async () => {
    const claim = newClaim({ endpoint: '$tags', tags: ['$endpoint'], token: '$token' });
    await queries().claim(claim);
    await queries().store(
      claim.id,
      '$token',
      { ...content, validators: { etag: '$$NOW', lastModified: null } },
      lifetime,
    );
    await expect(collection().findOne({ _id: claim.id })).resolves.toMatchObject({
      endpoint: '$tags',
      fetcher: '$token',
      validators: { etag: '$$NOW' },
    });
  });
});
