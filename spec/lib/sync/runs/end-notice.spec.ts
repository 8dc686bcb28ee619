import { expect, it } from 'vitest';
import { createEventHub } from '../../../../lib/event-hub.js';
import { createEndNotice } from '../../../../lib/sync/runs/end-notice.js';
import { memoryLogger } from '../../../support/memory-logger.js';

const result = {} as never;

it('tells who has asked of the next end, and of each one anew', async () => {
  const events = createEventHub(memoryLogger());
  const endings = createEndNotice(events);
  const first = endings.next();
  events.emit('syncCompleted', () => result);
  await first;
  let isTold = false;
  const second = endings.next().then(() => (isTold = true));
  await Promise.resolve();
  expect(isTold).toBe(false);
  events.emit('syncCompleted', () => result);
  await second;
});

it('listens to nothing any more when it was stopped', () => {
  const events = createEventHub(memoryLogger());
  createEndNotice(events).stop();
  events.emit('syncCompleted', () => {
    throw new Error('Somebody listens.');
  });
});
