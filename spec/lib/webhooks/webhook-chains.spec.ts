import fc from 'fast-check';
import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import type { IntegrationWebhookFields } from '../../../schemas/integration-webhook.js';
import { createWebhookChains, isBefore } from '../../../lib/webhooks/webhook-chains.js';
import type { HeldWebhook } from '../../../lib/webhooks/webhook-leases.js';

function held(orderingKey: string, at: number): HeldWebhook {
  const facts = { provider: 'p', integrationId: null, orderingKey, createdAt: new Date(at) };
  return { webhook: { _id: new Types.ObjectId(), ...facts } as IntegrationWebhookFields, token: 't' };
}

const arrivals = fc.array(fc.record({ key: fc.constantFrom('a', 'b'), at: fc.integer({ min: 0, max: 5 }) }), {
  maxLength: 20,
});

describe('webhooks of one process that share a key', () => {
  it('go one after the other, whatever their order of arrival, and none is forgotten', () => {
    fc.assert(
      fc.property(arrivals, (all) => {
        const chains = createWebhookChains();
        const given = all.map(({ key, at }) => held(key, at));
        const fronts = given.filter((one) => chains.enter(one));
        expect(fronts.length).toBe(new Set(all.map(({ key }) => key)).size);
        const done: HeldWebhook[] = [];
        for (const first of fronts) {
          const chain: HeldWebhook[] = [];
          for (let next: HeldWebhook | null = chains.front(first); next !== null; next = chains.next(next))
            chain.push(next);
          expect(chain.every((one, index) => index === 0 || !isBefore(one, chain[index - 1]!))).toBe(true);
          done.push(...chain);
        }
        expect(new Set(done)).toEqual(new Set(given));
      }),
    );
  });

  it('are given away together', () => {
    const chains = createWebhookChains();
    const [one, two, other] = [held('a', 1), held('a', 2), held('b', 1)];
    for (const each of [one, two, other]) chains.enter(each);
    expect(chains.dissolve(one)).toEqual([one, two]);
    expect(chains.enter(two)).toBe(true);
    expect(chains.enter(held('b', 0))).toBe(false);
  });

  it('wait no longer when they are taken away', () => {
    const chains = createWebhookChains();
    const [one, two] = [held('a', 1), held('a', 2)];
    for (const each of [one, two]) chains.enter(each);
    expect(chains.takeWaiting()).toEqual([two]);
    expect(chains.next(one)).toBeNull();
    expect(chains.enter(two)).toBe(true);
  });
});
