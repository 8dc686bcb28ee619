import { expect, it } from 'vitest';
import { signatureSchemes } from '../../lib/index.js';
import { readPage, tableRows } from './markdown.js';

const names = [...tableRows(readPage('docs/webhook-signatures.md')).keys()];
const refusals = readPage('lib/webhooks/signatures/refusals.ts').matchAll(/^ {2}\| '(\w+)'/gm);

it('documents every scheme, and no other', () => {
  const documented = names.filter(
    (name) => (signatureSchemes as readonly string[]).includes(name) || name.includes('-'),
  );
  expect(documented).toEqual(signatureSchemes);
});

it('documents every code of a refusal, and no other', () => {
  const documented = names.filter((name) => /^[A-Z_]+$/.test(name));
  expect(documented).toEqual([...refusals].map(([, code]) => code));
});
