import { expect, it } from 'vitest';
import { conclude } from './test.mjs';

it.each([
  ['all passed', { passed: 3, failed: 0, skipped: 1 }, 0, '3 passed, 0 failed, 1 skipped', 0],
  ['a test failed', { passed: 2, failed: 1, skipped: 0 }, 1, '2 passed, 1 failed, 0 skipped', 1],
  ['a failure went unnoticed', { passed: 2, failed: 1, skipped: 0 }, 0, '2 passed, 1 failed, 0 skipped', 1],
  ['the run broke beside its tests', { passed: 2, failed: 0, skipped: 0 }, 1, '2 passed, 1 failed, 0 skipped', 1],
  ['the run broke before its tests', undefined, 0, '0 passed, 1 failed, 0 skipped', 1],
  ['nothing ran', { passed: 0, failed: 0, skipped: 4 }, 0, '0 passed, 0 failed, 4 skipped', 1],
  ['it was interrupted', undefined, 130, '0 passed, 1 failed, 0 skipped', 130],
])('closes a run when %s', (_case, summary, vitestCode, line, code) => {
  expect(conclude(summary, vitestCode)).toEqual({ line, code });
});
