import { describe, expect, it, vi } from 'vitest';
import { createEventHub } from '../../lib/event-hub.js';
import { detachedModels } from '../support/detached-models.js';
import { memoryLogger } from '../support/memory-logger.js';

const webhook = new (detachedModels().IntegrationWebhook)();
const payload = { integration: null, provider: 'github', webhook };

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function createHub() {
  const logger = memoryLogger();
  return { hub: createEventHub(logger), logger };
}

describe('emit', () => {
  it('gives every listener of the event the payload, and nobody else', async () => {
    const { hub } = createHub();
    const [first, second, other] = [vi.fn(), vi.fn(), vi.fn()];
    hub.on('webhookReceived', first);
    hub.on('webhookReceived', second);
    hub.on('oauthCompleted', other);
    hub.emit('webhookReceived', () => payload);
    await settled();
    expect(first.mock.calls).toEqual([[payload]]);
    expect(second.mock.calls).toEqual([[payload]]);
    expect(other).not.toHaveBeenCalled();
  });

  it('makes no payload where nobody listens', () => {
    const { hub } = createHub();
    const make = vi.fn(() => payload);
    hub.emit('webhookReceived', make);
    hub.off('webhookReceived', vi.fn());
    hub.emit('webhookReceived', make);
    expect(make).not.toHaveBeenCalled();
  });

  it('does not wait for a listener: it returns before any of them is called', async () => {
    const { hub } = createHub();
    const order: string[] = [];
    hub.on('webhookReceived', () => {
      order.push('heard');
      return new Promise(() => undefined);
    });
    hub.emit('webhookReceived', () => payload);
    order.push('emitted');
    await settled();
    expect(order).toEqual(['emitted', 'heard']);
  });

  it.each([
    [
      'throws',
      (): never => {
        throw new Error('a bug of the listener');
      },
    ],
    ['rejects', () => Promise.reject(new Error('a bug of the listener'))],
  ])('logs what a listener %s, and calls the others all the same', async (_how, listener) => {
    const { hub, logger } = createHub();
    const other = vi.fn();
    hub.on('webhookReceived', listener);
    hub.on('webhookReceived', other);
    hub.emit('webhookReceived', () => payload);
    await settled();
    expect(other).toHaveBeenCalledTimes(1);
    expect(logger.lines).toEqual([
      {
        level: 'error',
        message: 'A listener of "webhookReceived" failed.',
        meta: { event: 'webhookReceived', error: expect.objectContaining({ message: 'a bug of the listener' }) },
      },
    ]);
  });

  it('calls the listeners that were there when the event happened', async () => {
    const { hub } = createHub();
    const late = vi.fn();
    hub.on('webhookReceived', () => hub.on('webhookReceived', late));
    hub.emit('webhookReceived', () => payload);
    await settled();
    expect(late).not.toHaveBeenCalled();
    hub.emit('webhookReceived', () => payload);
    await settled();
    expect(late).toHaveBeenCalledTimes(1);
  });
});

describe('removing a listener', () => {
  it.each([
    [
      'by the function that on() gave',
      (hub: ReturnType<typeof createEventHub>, listener: () => void) => {
        const remove = hub.on('webhookReceived', listener);
        return remove;
      },
    ],
    [
      'by off()',
      (hub: ReturnType<typeof createEventHub>, listener: () => void) => {
        hub.on('webhookReceived', listener);
        return () => hub.off('webhookReceived', listener);
      },
    ],
  ])('%s ends its calls', async (_how, add) => {
    const { hub } = createHub();
    const listener = vi.fn();
    const remove = add(hub, listener);
    hub.emit('webhookReceived', () => payload);
    await settled();
    remove();
    hub.emit('webhookReceived', () => payload);
    await settled();
    expect(listener).toHaveBeenCalledTimes(1);
  });
});
