import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIntegrations, type JsonSchema } from '../../../../lib/index.js';
import { compileSchema } from '../../../../lib/json-schema/compile-schema.js';
import { exampleValue } from '../../../../lib/testing/factories/example-value.js';
import { textMatching } from '../../../../lib/testing/factories/text-matching.js';
import { createIntegration } from '../../../../lib/testing/index.js';
import { github } from '../../../../providers/github/index.js';
import { useDatabase } from '../../../support/database.js';

const { connection } = useDatabase();
const text = { type: 'string' } as const;

const provider = {
  name: 'Shop',
  credentialSchema: {
    type: 'object',
    properties: {
      apiKey: { type: 'string', pattern: '^sk_(test|live)_[A-Za-z0-9]{16,}$' },
      email: { type: 'string', format: 'email' },
      region: { enum: ['eu', 'us'] },
      version: { const: 2 },
      retries: { type: 'integer', minimum: 3, maximum: 5 },
      notes: text,
    },
    required: ['apiKey', 'email', 'region', 'version', 'retries'],
    additionalProperties: false,
  },
  metadataSchema: {
    type: 'object',
    properties: {
      shop: { type: 'string', minLength: 40, maxLength: 50 },
      hidden: { type: 'string', pattern: '(?=x)y' },
    },
    required: ['shop'],
  },
} as const;

let integrations: ReturnType<typeof open>;
const open = () =>
  createIntegrations({
    connection,
    encryptionKeys: [{ id: 'spec', secret: Buffer.alloc(32, 3).toString('base64') }],
    logger: false,
    providers: {
      shop: provider,
      odd: { ...provider, metadataSchema: { ...provider.metadataSchema, required: ['hidden'] } },
      github,
    },
  });

beforeAll(async () => {
  integrations = open();
  await integrations.install();
});
afterAll(() => integrations.close());

describe('createIntegration()', () => {
  it('saves an integration with required values that fit the schemas', async () => {
    const integration = await createIntegration('shop');
    const stored = await integrations.findOrFail(integration._id);
    expect(stored).toMatchObject({ provider: 'shop', name: 'Test shop', isActive: true });
    const credentials = await stored.credentialsArray();
    expect(Object.keys(credentials).sort()).toEqual(['apiKey', 'email', 'region', 'retries', 'version']);
    expect(credentials).toMatchObject({ region: 'eu', version: 2, retries: 3 });
    expect(stored.getMetadata()).toEqual({ shop: expect.stringMatching(/^test-shop-.{30,40}$/) as string });
  });

  it('works for the provider of GitHub', async () => {
    await expect(createIntegration('github')).resolves.toMatchObject({ provider: 'github' });
  });

  it('keeps what was given, and completes it', async () => {
    const integration = await createIntegration('shop', { name: 'Mine', credentials: { notes: 'n' }, isActive: false });
    expect(integration).toMatchObject({ name: 'Mine', isActive: false });
    await expect(integration.credentialsArray()).resolves.toMatchObject({ notes: 'n', version: 2 });
  });

  it('asks for what cannot be made up', async () => {
    await expect(createIntegration('odd')).rejects.toMatchObject({
      code: 'TEST_VALUE_MISSING',
      message: expect.stringMatching(/^createIntegration\('odd'\) cannot make up its metadata: .*hidden/) as unknown,
    });
  });

  it('raises what create() raises of what was given', async () => {
    const wrong = { credentials: { apiKey: 'wrong-4711' } };
    await expect(createIntegration('shop', wrong)).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
    await expect(createIntegration('nobody')).rejects.toMatchObject({ code: 'PROVIDER_UNKNOWN' });
    await expect(createIntegration('shop', { tokens: {} })).rejects.toMatchObject({ code: 'CAPABILITY_MISSING' });
  });
});

describe('made-up values', () => {
  const schemas: readonly JsonSchema[] = [
    { type: 'string', format: 'uri' },
    { type: 'string', format: 'date-time' },
    { type: 'string', format: 'uuid' },
    { type: 'string', format: 'ipv6' },
    { type: 'string', format: 'hostname' },
    { type: 'number', exclusiveMinimum: 2, multipleOf: 0.5 },
    { type: 'integer', maximum: -4 },
    { type: 'integer', minimum: 7, multipleOf: 5 },
    { type: 'array', items: { type: 'boolean' }, minItems: 2 },
    { type: ['string', 'null'], minLength: 3 },
    { anyOf: [{ type: 'string', pattern: '(?<=x)y' }, { type: 'integer' }] },
    {
      allOf: [
        { type: 'object', required: ['a'], properties: { a: { type: 'string' } } },
        { required: ['b'], properties: { b: { const: 1 } } },
      ],
    },
    { $ref: '#/definitions/key', definitions: { key: { type: 'string', maxLength: 4 } } },
    {
      type: 'object',
      required: ['nested'],
      properties: { nested: { type: 'object', required: ['x'], properties: { x: { type: 'null' } } } },
    },
    { examples: ['first'] },
  ];

  it.each(schemas.map((schema) => ({ schema, json: JSON.stringify(schema) })))('fit $json', ({ schema }) => {
    const example = exampleValue(schema, 'value');
    expect(example).not.toBeNull();
    expect(compileSchema(schema)(example?.value)).toEqual([]);
  });

  it('fit the patterns of API keys', () => {
    const patterns = [
      '^[0-9a-f]{32}$',
      '^xox[bp]-\\d+-\\w+$',
      '^(?:a|b)+c?$',
      '^\\S+@\\S+\\.[a-z]{2,}$',
      '^[^\\s]{8,}$',
      '^https://[a-z0-9-]+\\.example\\.com/?$',
      '^whsec_',
      '\\d{3}',
      '^[-_.]{2}$',
      '^\\p{L}+$',
    ];
    for (const pattern of patterns) {
      expect(textMatching(pattern, { minLength: 0, maxLength: 100 })).toMatch(new RegExp(pattern, 'u'));
    }
    expect(textMatching('^a*$', { minLength: 30, maxLength: 30 })).toBe('a'.repeat(30));
    expect(textMatching('^a{3}$', { minLength: 4, maxLength: 9 })).toBeNull();
    expect(textMatching('^(?!x).+$', { minLength: 0, maxLength: 9 })).toBeNull();
  });

  it('never fit wrongly, whatever the pattern', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ab01^$.*+?()[]{}|\\dw-,')) }), (pattern) => {
        const made = textMatching(pattern, { minLength: 0, maxLength: 40 });
        if (made !== null) expect(made).toMatch(new RegExp(pattern, 'u'));
      }),
    );
  });
});
