import express, { type RequestHandler } from 'express';
import fc from 'fast-check';
import { Schema, Types } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { createIntegrations, defineProvider, type Integrations, type PolymorphicTarget } from '../../lib/index.js';
import { integrationErrorHandler } from '../../middleware/integration-error-handler.js';
import { integrationOf } from '../../middleware/integration-of.js';
import { loadIntegration, type LoadIntegrationOptions } from '../../middleware/load-integration.js';
import { useDatabase } from '../support/database.js';
import { useHttpServer } from '../support/http-server.js';
import { memoryLogger } from '../support/memory-logger.js';

const database = useDatabase();
const server = useHttpServer();

const acme = defineProvider({
  name: 'Acme',
  credentialSchema: { type: 'object', properties: { key: { type: 'string' } }, required: ['key'] },
  metadataSchema: { type: 'object', properties: { region: { type: 'string' } }, required: ['region'] },
});
const umbrella = defineProvider({
  name: 'Umbrella',
  credentialSchema: { type: 'object' },
  metadataSchema: { type: 'object' },
});

let integrations: Integrations<{ acme: typeof acme; umbrella: typeof umbrella }>;

beforeAll(() => {
  integrations = createIntegrations({
    connection: database.connection,
    encryptionKeys: [{ id: 'k1', secret: Buffer.alloc(32, 1).toString('base64') }],
    providers: { acme, umbrella },
    logger: memoryLogger(),
  });
});
beforeEach(async () => {
  await integrations.models.Integration.deleteMany();
});
afterAll(async () => {
  await integrations.close();
});

const team: PolymorphicTarget = { type: 'Team', id: new Types.ObjectId() };
const otherTeam: PolymorphicTarget = { type: 'Team', id: new Types.ObjectId() };

function createAcme(name: string, fields: { owner?: PolymorphicTarget | null; isActive?: boolean } = {}) {
  return integrations.create({
    provider: 'acme',
    name,
    credentials: { key: 'k' },
    metadata: { region: 'eu' },
    ...fields,
  });
}

function createUmbrella(name: string) {
  return integrations.create({ provider: 'umbrella', name, credentials: {} });
}

/** Answers with what `integrationOf` gives behind the middleware. */
function serve(...middleware: readonly RequestHandler[]) {
  const app = express();
  app.use(express.json());
  app.use('/:param', ...middleware, (req, res) => {
    res.json({ name: integrationOf(req).name });
  });
  app.use(integrationErrorHandler());
  server.answer(app);
}

async function ask(path = '/x', body: unknown = {}) {
  const response = await fetch(server.origin + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  return answer;
}

async function askWith(options?: LoadIntegrationOptions) {
  serve(loadIntegration('acme', options));
  return ask();
}

describe('loadIntegration', () => {
  it('loads the integration of the owner', async () => {
    await createAcme('ours', { owner: team });
    await createAcme('theirs', { owner: otherTeam });
    await createAcme('nobody’s');
    expect(await askWith({ owner: team })).toEqual({ name: 'ours' });
    expect(await askWith({ owner: () => otherTeam })).toEqual({ name: 'theirs' });
    expect(await askWith({ owner: async () => team })).toEqual({ name: 'ours' });
  });

  it('takes a Mongoose document, or a query for one, as the owner', async () => {
    const Account = database.connection.model('Account', new Schema({ title: String }));
    const account = await Account.create({ title: 'A' });
    await createAcme('of the account', { owner: account });
    await createAcme('nobody’s');
    expect(await askWith({ owner: account })).toEqual({ name: 'of the account' });
    expect(await askWith({ owner: () => Account.findById(account.id) })).toEqual({ name: 'of the account' });
    // A query that finds nobody.
    expect(await askWith({ owner: () => Account.findById(new Types.ObjectId()) })).toMatchObject({ status: 401 });
  });

  it('loads only what nobody owns where no owner is asked for', async () => {
    await createAcme('ours', { owner: team });
    expect(await askWith()).toMatchObject({ code: 'INTEGRATION_NOT_FOUND' });
    await createAcme('nobody’s');
    expect(await askWith()).toEqual({ name: 'nobody’s' });
    expect(await askWith({ owner: null })).toEqual({ name: 'nobody’s' });
  });

  it.each<[string, () => PolymorphicTarget | null | undefined]>([
    ['nothing', () => undefined],
    ['null', () => null],
    ['a type without an id', () => ({ type: 'Team', id: undefined })],
    ['a type with null as the id', () => ({ type: 'Team', id: null })],
  ])('answers 401 when the owner of a request is %s, and never looks for nobody’s', async (_what, owner) => {
    await createAcme('nobody’s');
    expect(await askWith({ owner })).toMatchObject({ status: 401, code: 'OWNER_MISSING' });
  });

  it('answers 401 when the option is there and undefined', async () => {
    await createAcme('nobody’s');
    const options: object = { owner: undefined };
    expect(await askWith(options)).toMatchObject({ status: 401, code: 'OWNER_MISSING' });
  });

  it('hands on what the function of the host throws', async () => {
    const boom = new Error('of the host');
    const seen: unknown[] = [];
    const app = express();
    app.use(
      loadIntegration('acme', {
        owner: () => {
          throw boom;
        },
      }),
    );
    const hostHandler: express.ErrorRequestHandler = (error, _req, res, _next) => {
      seen.push(error);
      res.json({});
    };
    app.use(integrationErrorHandler(), hostHandler);
    server.answer(app);
    await ask();
    expect(seen).toEqual([boom]);
  });

  it('chooses by name and by id', async () => {
    const first = await createAcme('first', { owner: team });
    await createAcme('second', { owner: team });
    expect(await askWith({ owner: team, name: 'second' })).toEqual({ name: 'second' });
    expect(await askWith({ owner: team, id: first.id })).toEqual({ name: 'first' });
    expect(await askWith({ owner: team, id: first._id })).toEqual({ name: 'first' });
    serve(loadIntegration('acme', { owner: team, id: (req) => req.params.param }));
    expect(await ask(`/${first.id}`)).toEqual({ name: 'first' });
    serve(loadIntegration('acme', { owner: team, name: (req) => req.query.name }));
    expect(await ask('/x?name=second')).toEqual({ name: 'second' });
  });

  it('answers alike, whatever it is that does not match', async () => {
    const theirs = await createAcme('theirs', { owner: otherTeam });
    const inactive = await createAcme('inactive', { owner: team, isActive: false });
    const otherProvider = await createUmbrella('umbrella');
    await createAcme('ours', { owner: team });
    await createAcme('nobody’s');
    const ids = [theirs.id, inactive.id, otherProvider.id, new Types.ObjectId().toHexString(), 'no id', ''];
    const answers = [
      await askWith({ owner: { type: 'Team', id: new Types.ObjectId() } }),
      await askWith({ owner: team, name: 'theirs' }),
      await askWith({ owner: team, name: '' }),
      await askWith({ owner: team, name: () => undefined }),
      await askWith({ owner: team, id: () => undefined }),
      await askWith({ id: theirs.id }),
    ];
    for (const id of ids) answers.push(await askWith({ owner: team, id }));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ status: 404, code: 'INTEGRATION_NOT_FOUND' });
  });

  it('matches nothing for what a request could smuggle in as a selector', async () => {
    await createAcme('nobody’s');
    const value = fc.oneof(
      fc.constantFrom({ $ne: null }, { $gt: '' }, ['nobody’s'], { $regex: '.' }, true, 0, null),
      fc.jsonValue().filter((json) => json !== 'nobody’s'),
    );
    serve(
      loadIntegration('acme', {
        name: (req) => (req.body as { name: unknown }).name,
      }),
    );
    await fc.assert(
      fc.asyncProperty(value, async (name) => {
        expect(await ask('/x', { name })).toMatchObject({ code: 'INTEGRATION_NOT_FOUND' });
      }),
      { seed: 21, numRuns: 60 },
    );
    serve(loadIntegration('acme', { id: (req) => (req.body as { id: unknown }).id }));
    await fc.assert(
      fc.asyncProperty(value, async (id) => {
        expect(await ask('/x', { id })).toMatchObject({ code: 'INTEGRATION_NOT_FOUND' });
      }),
      { seed: 22, numRuns: 60 },
    );
  });

  it('refuses an owner that is no record', async () => {
    await createAcme('nobody’s');
    const options: object = { owner: () => 'the id of a user' };
    expect(await askWith(options)).toMatchObject({ code: 'INTEGRATION_INVALID' });
  });

  it('refuses an owner id that is a query operator', async () => {
    await createAcme('ours', { owner: team });
    serve(loadIntegration('acme', { owner: (req) => ({ type: 'Team', id: (req.body as { id: unknown }).id }) }));
    expect(await ask('/x', { id: { $ne: null } })).toMatchObject({ status: 422, code: 'RECORD_INVALID' });
  });

  it('asks for a choice where several match', async () => {
    await createAcme('first', { owner: team });
    await createAcme('second', { owner: team });
    expect(await askWith({ owner: team })).toMatchObject({
      status: 409,
      code: 'INTEGRATION_AMBIGUOUS',
      remedy: expect.stringContaining('name') as string,
    });
  });

  it('says with the first request that a provider is not registered', async () => {
    serve(loadIntegration('nowhere', { owner: () => undefined }));
    expect(await ask()).toMatchObject({ status: 404, code: 'PROVIDER_UNKNOWN' });
  });

  it('uses the instance it is given', async () => {
    const other = createIntegrations({
      connection: database.connection,
      encryptionKeys: [{ id: 'k1', secret: Buffer.alloc(32, 1).toString('base64') }],
      providers: { acme },
      prefix: 'second',
      logger: memoryLogger(),
    });
    try {
      await other.create({
        provider: 'acme',
        name: 'elsewhere',
        credentials: { key: 'k' },
        metadata: { region: 'us' },
      });
      expect(await askWith({ integrations: other })).toEqual({ name: 'elsewhere' });
      expect(await askWith()).toMatchObject({ status: 500, code: 'INSTANCE_AMBIGUOUS' });
    } finally {
      await other.close();
    }
  });
});

describe('integrationOf', () => {
  it('gives the integration loaded last, or that of a provider', async () => {
    await createAcme('a');
    await createUmbrella('u');
    const names: unknown[] = [];
    const note: RequestHandler = (req, _res, next) => {
      names.push([integrationOf(req).name, integrationOf(req, 'acme').name, integrationOf(req, 'umbrella').name]);
      next();
    };
    serve(loadIntegration('acme'), loadIntegration('umbrella'), note, loadIntegration('acme'), note);
    expect(await ask()).toEqual({ name: 'a' });
    expect(names).toEqual([
      ['u', 'a', 'u'],
      ['a', 'a', 'u'],
    ]);
  });

  it('gives a document that works', async () => {
    await createAcme('a');
    serve(loadIntegration('acme'), async (req, res) => {
      const integration = integrationOf<typeof acme>(req);
      res.json({ credentials: await integration.getCredentials(), metadata: integration.getMetadata() });
    });
    expect(await ask()).toEqual({ credentials: { key: 'k' }, metadata: { region: 'eu' } });
  });

  it('says what to do where nothing was loaded, also by an earlier request', async () => {
    await createAcme('a');
    serve(loadIntegration('acme'));
    await ask();
    serve();
    expect(await ask()).toMatchObject({ status: 500, code: 'INTEGRATION_NOT_LOADED' });
    serve(loadIntegration('acme'), (req) => {
      integrationOf(req, 'umbrella');
    });
    expect(await ask()).toMatchObject({ status: 500, code: 'INTEGRATION_NOT_LOADED' });
  });

  it('types credentials and metadata by the provider', () => {
    type Typed = ReturnType<typeof integrationOf<typeof acme>>;
    expectTypeOf<Awaited<ReturnType<Typed['getCredentials']>>['key']>().toEqualTypeOf<string>();
    expectTypeOf<ReturnType<Typed['getMetadata']>['region']>().toEqualTypeOf<string>();
  });
});
