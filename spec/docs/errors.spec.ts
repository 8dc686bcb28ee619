import { expect, it } from 'vitest';
import { errorTable } from '../../lib/errors.js';
import { readPage, tableRows } from './markdown.js';

const documented = tableRows(readPage('docs/errors.md'));

it('documents every error code, and no other', () => {
  expect([...documented.keys()].sort()).toEqual(Object.keys(errorTable).sort());
});

it.each(Object.entries(errorTable))('says of %s what the code says', (code, { status, remedy }) => {
  const [documentedStatus, meaning, documentedRemedy] = documented.get(code) ?? [];
  expect(documentedStatus).toBe(String(status));
  expect(documentedRemedy).toBe(remedy);
  expect(meaning).toMatch(/^[A-Z`].{10,}\.$/);
});
