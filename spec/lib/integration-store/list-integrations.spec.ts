import { Types } from 'mongoose';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ListIntegrationsInput } from '../../../lib/integration-store/list-integrations.js';
import { useDatabase } from '../../support/database.js';
import { openFixture, token } from './store-fixture.js';

const { connection } = useDatabase();
const { store } = openFixture(connection);
const owner = { type: 'Team', id: new Types.ObjectId() };
const ids: string[] = [];

beforeAll(async () => {
  for (let n = 0; n < 7; n += 1) {
    const { id } = await store.create({
      provider: n === 6 ? 'typed' : 'acme',
      name: `Number ${String(n)}`,
      credentials: { token },
      owner: n < 3 ? owner : null,
      isActive: n % 2 === 0,
    });
    ids.push(id);
  }
});

async function list(input?: ListIntegrationsInput): Promise<number[]> {
  return (await store.list(input)).map(({ id }) => ids.indexOf(id));
}

describe('list', () => {
  it('gives all in the order of creation', async () => {
    expect(await list()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('narrows by provider, owner and activity', async () => {
    expect(await list({ provider: 'typed' })).toEqual([6]);
    expect(await list({ owner })).toEqual([0, 1, 2]);
    expect(await list({ owner: null, isActive: true })).toEqual([4, 6]);
    expect(await list({ provider: 'acme', owner, isActive: false })).toEqual([1]);
  });

  it('goes on after the last one of a page', async () => {
    const pages: number[][] = [];
    let after: string | null = null;
    do {
      const page = await list({ limit: 3, after });
      pages.push(page);
      after = ids[page.at(-1) ?? -1] ?? null;
    } while (after !== null);
    expect(pages).toEqual([[0, 1, 2], [3, 4, 5], [6], []]);
  });

  it.each([
    { limit: 0 },
    { limit: 1001 },
    { limit: 2.5 },
    { limit: '10' },
    { after: 'x' },
    { after: { $gt: '' } },
    { name: 'Number 1' },
    { provider: { $ne: '' } },
  ])('refuses %j', async (input) => {
    await expect(store.list(input as ListIntegrationsInput)).rejects.toMatchObject({ code: 'INTEGRATION_INVALID' });
  });
});
