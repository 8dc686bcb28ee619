import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWaitQueue, type Waiter } from '../../../lib/rate-limits/wait-queue.js';

const waiter = (priority: Waiter['priority'], isUrgent = false): Waiter => ({
  priority,
  isUrgent,
  timeoutMs: 1_000,
  deadline: 0,
});

describe('waiting calls', () => {
  it('are served interactive ones first, urgent ones before the others of their kind, and in their order', () => {
    const queue = createWaitQueue();
    const [background, interactive, urgentBackground, later, urgent] = [
      waiter('background'),
      waiter('interactive'),
      waiter('background', true),
      waiter('interactive'),
      waiter('interactive', true),
    ] as const;
    for (const each of [background, interactive, urgentBackground, later, urgent]) queue.add(each);
    expect(queue.all()).toEqual([urgent, interactive, later, urgentBackground, background]);
    expect([queue.count('interactive'), queue.count('background')]).toEqual([3, 2]);
    const served: Waiter[] = [];
    for (let next = queue.first(); next !== null; next = queue.first()) {
      served.push(next);
      queue.remove(next);
    }
    expect(served).toEqual([urgent, interactive, later, urgentBackground, background]);
    expect(queue.isEmpty()).toBe(true);
  });

  it('may leave from the middle', () => {
    const queue = createWaitQueue();
    const [first, second, third] = [waiter('interactive'), waiter('interactive'), waiter('interactive')] as const;
    for (const each of [first, second, third]) queue.add(each);
    queue.remove(second);
    queue.remove(second);
    expect(queue.all()).toEqual([first, third]);
    expect(queue.count('interactive')).toBe(2);
  });

  it('keep their order, however they come and go', () => {
    const step = fc.oneof(fc.constant('join' as const), fc.constant('serve' as const), fc.nat({ max: 20 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const queue = createWaitQueue();
        const expected: Waiter[] = [];
        for (const each of steps) {
          if (each === 'join') {
            const joining = waiter('interactive');
            expected.push(joining);
            queue.add(joining);
          } else {
            const [leaving] = expected.splice(each === 'serve' ? 0 : each, 1);
            if (leaving !== undefined) queue.remove(leaving);
          }
          expect(queue.first()).toBe(expected[0] ?? null);
        }
        expect(queue.all()).toEqual(expected);
      }),
    );
  });
});
