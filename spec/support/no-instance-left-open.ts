import { beforeAll, expect } from 'vitest';
import { forgetInstance, openInstances } from '../../lib/instance/default-instance.js';

// Spec files share a process: what one leaves open would be the next one's. This runs after all that they end with.
beforeAll(() => () => {
  const left = openInstances();
  for (const instance of left) forgetInstance(instance);
  expect(left, 'instances that this file has not closed').toHaveLength(0);
});
