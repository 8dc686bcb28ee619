import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askMissing } from '../../../../lib/cli/install/ask-missing.js';
import { isSecretField } from '../../../../lib/cli/install/field-secrecy.js';
import { givenValues } from '../../../../lib/cli/install/given-values.js';
import type { FormSchema } from '../../../../lib/cli/install/schema-walk.js';

const text = { type: 'string' };
const root: FormSchema = {
  type: 'object',
  required: ['account', 'server', 'kind', 'ready'],
  definitions: { name: { type: 'string', title: 'Name' } },
  properties: {
    account: { $ref: '#/definitions/name' },
    kind: { const: 'acme' },
    ready: { type: 'boolean', default: true },
    server: { type: 'object', required: ['host'], properties: { host: text, port: { type: 'integer' } } },
    proxy: { type: 'object', required: ['url'], properties: { url: text, user: text } },
    'dotted.name': text,
  },
};

const given = (pairs: readonly string[], stdin = '') => {
  const streams = { stdin: Readable.from([stdin]) as NodeJS.ReadStream, env: {}, cwd: () => '/nowhere' };
  return givenValues({ kind: 'credential', root, pairs, output: { warn: () => undefined }, streams });
};

describe('the values that are given to install', () => {
  it('puts members of members where they belong', async () => {
    const values = await given(['server.host=a', 'server.port=1', 'dotted.name=x', 'account=-'], 'from-stdin\n');
    expect(values).toEqual({ server: { host: 'a', port: 1 }, 'dotted.name': 'x', account: 'from-stdin' });
  });

  it.each(['__proto__.polluted=1', 'server.__proto__.polluted=1', 'a..b=1'])('takes no key like %s', async (pair) => {
    await expect(given([pair])).rejects.toMatchObject({ code: 'CLI_INPUT_INVALID' });
    expect({}).not.toHaveProperty('polluted');
  });

  it('says which file could not be read, and how to write the text', async () => {
    await expect(given(['account=@missing'])).rejects.toThrow(/--credential account could not be read.*@@/u);
  });
});

describe('what install asks for', () => {
  const missing = (values: Record<string, unknown>) => askMissing([{ kind: 'credential', root, values }], null);

  it('is what is required, within required objects too', async () => {
    await expect(missing({})).rejects.toThrow(/: --credential account, --credential server\.host\.$/u);
  });

  it('is what a partly given object requires', async () => {
    const values = { account: 'a', server: { host: 'h' }, proxy: { user: 'u' } };
    await expect(missing(values)).rejects.toThrow(/: --credential proxy\.url\.$/u);
  });

  it('is nothing that has a default, or a single possible value', async () => {
    const values = { account: 'a', server: { host: 'h' } };
    expect(await missing(values)).toEqual([{ ...values, kind: 'acme' }]);
  });
});

describe('what is hidden while it is typed', () => {
  const hidden = (name: string, schema: FormSchema, kind: 'credential' | 'metadata') =>
    isSecretField({ path: [name], schema }, kind, root);

  it.each([
    ['token', text, true],
    ['host', text, true],
    ['host', { ...text, format: 'hostname' }, false],
    ['host', { ...text, 'x-secret': false }, false],
    ['port', { type: 'integer' }, false],
    ['pin', { type: 'integer', writeOnly: true }, true],
  ] as const)('credential %s as %j: %s', (name, schema, expected) => {
    expect(hidden(name, schema, 'credential')).toBe(expected);
  });

  it.each([
    ['region', text, false],
    ['apiKey', text, true],
    ['pin', { ...text, format: 'password' }, true],
    ['region', { ...text, 'x-secret': true }, true],
  ] as const)('metadata %s as %j: %s', (name, schema, expected) => {
    expect(hidden(name, schema, 'metadata')).toBe(expected);
  });
});
