import { expect, it } from 'vitest';
import { recyclingAjv } from '../../../lib/json-schema/recycling-ajv.js';

const settings = { draft: 'draft-07', applyDefaults: true } as const;

it('is one compiler for each kind of settings', () => {
  const ajv = recyclingAjv(settings);
  expect(recyclingAjv({ ...settings })).toBe(ajv);
  expect(recyclingAjv({ ...settings, applyDefaults: false })).not.toBe(ajv);
  expect(recyclingAjv({ ...settings, draft: '2020-12' })).not.toBe(ajv);
});

it('is a new one after 200 compilations, so that what the old one remembers can be freed', () => {
  const compilers = Array.from({ length: 600 }, () => recyclingAjv(settings));
  const uses = new Map<unknown, number>();
  for (const ajv of compilers) uses.set(ajv, (uses.get(ajv) ?? 0) + 1);
  expect(uses.size).toBeGreaterThanOrEqual(3);
  expect(Math.max(...uses.values())).toBe(200);
});
