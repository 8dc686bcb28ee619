import { expect, it } from 'vitest';
import { configSchema } from '../../../../lib/oauth/client/config-schema.js';
import { readPage, tableRows } from '../../../docs/markdown.js';

it('has the members that the page of OAuth providers documents, and no other', () => {
  const documented = tableRows(readPage('docs/oauth-providers.md'));
  expect([...documented.keys()].sort()).toEqual(Object.keys(configSchema.properties).sort());
});
