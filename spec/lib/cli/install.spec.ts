import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIntegrations, type Integrations } from '../../../lib/index.js';
import { useCli, type PipedCli } from '../../support/cli-host.js';
import { useDatabase } from '../../support/database.js';

const config = `
import mongoose from 'mongoose';
import { createIntegrations } from 'express-integrations';
const settings = {
  type: 'object',
  required: ['token'],
  additionalProperties: false,
  properties: {
    token: { type: 'string', title: 'Token', description: 'From the settings of Acme', writeOnly: true },
    port: { type: 'integer' },
    insecure: { type: 'boolean' },
    scopes: { type: 'array', items: { type: 'string' } },
    region: { type: 'string', default: 'eu' },
    previousToken: { type: 'string' },
  },
};
const acme = { name: 'Acme', credentialSchema: settings, metadataSchema: { type: 'object' } };
const checked = {
  ...acme,
  name: 'Checked',
  async healthCheck(integration) {
    const { token } = await integration.getCredentials();
    if (token.startsWith('throws')) throw new Error('Refused: ' + token);
    return token.startsWith('good');
  },
};
const form = {
  name: 'Form',
  credentialSchema: {
    type: 'object',
    required: ['account', 'secret'],
    properties: {
      account: { type: 'string', 'x-secret': false, examples: ['acme-1'] },
      secret: { type: 'string' },
      note: { type: 'string' },
    },
  },
  metadataSchema: {
    type: 'object',
    required: ['plan', 'live', 'limits', 'mode'],
    properties: {
      plan: { enum: ['free', 'paid'] },
      live: { type: 'boolean' },
      limits: { type: 'object', required: ['perMinute'], properties: { perMinute: { type: 'integer' } } },
      mode: { type: 'string', default: 'fast' },
    },
  },
};
/** Those of one name wait for each other before they are stored. */
const meeting = {
  ...acme,
  name: 'Meeting',
  async healthCheck({ name }) {
    return (await fetch(process.env.MEETING + '/' + encodeURIComponent(name))).ok;
  },
};
const die = () => process.kill(process.pid, 'SIGKILL');
const dying = {
  ...acme,
  name: 'Dying',
  async healthCheck(integration) {
    const { token } = await integration.getCredentials();
    if (token === 'before') die();
    return true;
  },
};
const connecting = {
  ...acme,
  name: 'Connecting',
  authorizationUrl: () => 'https://id.example/authorize',
  exchangeCode: () => Promise.reject(new Error('unused')),
  refreshToken: () => Promise.reject(new Error('unused')),
  revokeToken: () => Promise.resolve(),
  refreshThreshold: () => 60,
};
const integrations = createIntegrations({
  connection: mongoose.connection,
  providers: { acme, checked, form, meeting, dying, connecting },
  publicUrl: 'https://app.example',
  encryptionKeys: [{ id: 'a', secret: process.env.KEY }],
});
integrations.on('integrationCreated', ({ integration: { name } }) => {
  if (name === 'Dies after') die();
});
export default integrations;
`;
const database = useDatabase();
const meeting = useMeeting(2);
const KEY = randomBytes(32).toString('base64');
const cli = useCli({ 'integrations.config.mjs': config }, () => ({
  ...{ MONGODB_URI: database.uri, KEY, MEETING: meeting.origin },
}));

/** Where those who ask for the same path wait until so many have come. */
function useMeeting(many: number) {
  const waiting = new Map<string, ServerResponse[]>();
  const server = createServer((request, response) => {
    const there = [...(waiting.get(String(request.url)) ?? []), response];
    waiting.set(String(request.url), there);
    // Who comes later need not wait.
    if (there.length >= many) for (const each of there) each.end('{}');
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());
  return {
    get origin() {
      return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    },
  };
}

/** Reads what the command line has written. */
let reader: Integrations;
beforeAll(async () => {
  const acme = { name: 'Acme', credentialSchema: { type: 'object' }, metadataSchema: { type: 'object' } } as const;
  reader = createIntegrations({
    connection: database.connection,
    providers: { acme, checked: acme, meeting: acme, dying: acme },
    encryptionKeys: [{ id: 'a', secret: KEY }],
  });
  await reader.install();
});
afterAll(() => reader.close());

const rows = (name: string) => reader.models.Integration.collection.find({ name }).toArray();
const stored = async (name: string) => {
  const integration = await reader.findOrFail({ name });
  return { credentials: await integration.credentialsArray(), metadata: integration.metadata };
};
const install = (provider: string, name: string, ...args: string[]) => cli.pipe(installing(provider, name, ...args));
const installing = (provider: string, name: string, ...args: string[]) => [
  'install',
  provider,
  '--name',
  name,
  ...args,
];
const given = (...pairs: string[]) => pairs.flatMap((pair) => ['--credential', pair]);

describe.concurrent('integrations install', { timeout: 90_000 }, () => {
  it('names the registered providers where there is no such one', async () => {
    const { code, stderr } = await install('nobody', 'Unknown', ...given('token=t'));
    expect(code).toBe(1);
    expect(stderr).toContain("'nobody' is not registered. There are: acme, checked, form, meeting, dying, connecting.");
    expect(await rows('Unknown')).toEqual([]);
  });

  it('casts values by their declared types, and fills in defaults', async () => {
    const values = given('token=1234', 'port=8443', 'insecure=no', 'scopes=["a","b"]');
    const { code, stdout } = await install('acme', 'Cast', ...values, '--metadata', 'owner=octo=cat');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^Created "Cast" \(acme\): [0-9a-f]{24}\n$/u),
    });
    const credentials = { token: '1234', port: 8443, insecure: false, scopes: ['a', 'b'], region: 'eu' };
    expect(await stored('Cast')).toEqual({ credentials, metadata: { owner: 'octo=cat' } });
  });

  it('refuses what is not of the declared type instead of guessing, in a dry run as well', async () => {
    const { code, stderr } = await install('acme', 'Refused', ...given('token=hushhush', 'port=eight'), '--dry-run');
    expect(code).toBe(2);
    expect(stderr).toContain('Expected a whole number for --credential port.');
    expect(stderr).not.toContain('hushhush');
  });

  it('ignores what is no key=value, with a warning that does not show it', async () => {
    const { code, stderr } = await install('acme', 'Malformed', ...given('token=t', 'topsecret'), '--metadata', 'x');
    expect(code).toBe(0);
    expect(stderr.match(/not of the form key=value/gu)).toHaveLength(2);
    expect(stderr).not.toContain('topsecret');
    expect((await stored('Malformed')).metadata).toBeNull();
  });

  it('names the flags where nobody can be asked', async () => {
    const { code, stderr } = await install('form', 'Unasked', '--json');
    expect(code).toBe(2);
    const { error } = JSON.parse(stderr) as { error: { code: string; message: string } };
    expect(error.code).toBe('CLI_INPUT_MISSING');
    for (const flag of ['credential account', 'credential secret', 'metadata plan', 'metadata limits.perMinute']) {
      expect(error.message).toContain(`--${flag}`);
    }
    expect(error.message).not.toMatch(/note|mode/u);
    expect(await rows('Unasked')).toEqual([]);
  });

  it('asks for what is required and missing, and for nothing else', async () => {
    const session = cli.open(installing('form', 'Asked', ...given('secret=given')));
    await session.sees('account');
    session.type('acme-7\r');
    await session.sees('plan');
    session.type('\u001b[B\r');
    await session.sees('live');
    session.type('y');
    await session.sees('limits.perMinute');
    session.type('many\r');
    await session.sees('Expected a whole number.');
    session.type('\b\b\b\b60\r');
    const { code, screen } = await session.ended;
    expect(screen).not.toMatch(/◆ {2}(?:secret|note|mode)/u);
    expect(code).toBe(0);
    expect(await stored('Asked')).toEqual({
      credentials: { account: 'acme-7', secret: 'given' },
      metadata: { plan: 'paid', live: true, limits: { perMinute: 60 }, mode: 'fast' },
    });
  });

  it('hides what is typed of a secret', async () => {
    const session = cli.open(installing('acme', 'Masked'));
    await session.sees('Token (token): From the settings of Acme');
    session.type('hushhushhush\r');
    const { code, raw } = await session.ended;
    expect(code).toBe(0);
    expect(raw).not.toContain('hush');
    expect((await stored('Masked')).credentials).toMatchObject({ token: 'hushhushhush' });
  });

  it('writes nothing for an empty answer', async () => {
    const session = cli.open(installing('acme', 'Empty'));
    await session.sees('Token');
    session.type('\r');
    const { code, screen } = await session.ended;
    expect(code).toBe(2);
    expect(screen).toContain('--credential token is required, and the answer was empty.');
    expect(await rows('Empty')).toEqual([]);
  });

  it('writes nothing after Ctrl-C', async () => {
    const session = cli.open(installing('acme', 'Cancelled'));
    await session.sees('Token');
    session.type('\u0003');
    expect((await session.ended).code).toBe(130);
    expect(await rows('Cancelled')).toEqual([]);
  });

  it('takes secrets from files and from the environment; owners have integrations of their own', async () => {
    await writeFile(join(cli.folder, 'token.txt'), 'from-file\n');
    const owner = '66f0c0ffee66f0c0ffee66f0';
    const fromFile = given('token=@token.txt', 'previousToken=@@home');
    const environment = { ACME_TOKEN: 'from-env', ACME_PORT: '2', ACME_PREVIOUS_TOKEN: 'former' };
    const fromEnv = installing('acme', 'Sources', '--credentials-from-env', 'ACME', ...given('port=1'));
    const [owned, nobodys] = await Promise.all([
      install('acme', 'Sources', ...fromFile, '--owner', `Tenant:${owner}`),
      cli.pipe(fromEnv, environment),
    ]);
    expect([owned.code, nobodys.code]).toEqual([0, 0]);
    const ofOwner = await reader.findOrFail({ name: 'Sources', owner: { type: 'Tenant', id: owner } });
    const ofNobody = await reader.findOrFail({ name: 'Sources', owner: null });
    expect(await ofOwner.credentialsArray()).toMatchObject({ token: 'from-file', previousToken: '@home' });
    expect(await ofNobody.credentialsArray()).toMatchObject({ token: 'from-env', port: 1, previousToken: 'former' });
  });

  it('leaves what exists where the answer is no, and changes it in place where it is yes', async () => {
    const credentials = { token: 'first', previousToken: 'p' };
    await reader.create({ provider: 'acme', name: 'Twice', credentials, metadata: { keep: '1' } });
    const before = await rows('Twice');
    const refused = cli.open(installing('acme', 'Twice', ...given('token=second')));
    const unasked = await install('acme', 'Twice', ...given('token=second'));
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toContain('--force');
    await refused.sees('Replace its credentials?');
    refused.type('n');
    expect(await refused.ended).toMatchObject({ code: 0, screen: expect.stringContaining('Aborted.') as string });
    expect(await rows('Twice')).toEqual(before);

    const agreed = cli.open(installing('acme', 'Twice', ...given('token=second'), '--metadata', 'more=2'));
    await agreed.sees('Replace its credentials?');
    agreed.type('y');
    const { code, screen } = await agreed.ended;
    expect({ code, screen }).toEqual({ code: 0, screen: expect.stringContaining('Updated "Twice"') as string });
    expect(screen).toContain('previousToken will be gone');
    expect(await stored('Twice')).toEqual({
      credentials: { token: 'second', region: 'eu' },
      metadata: { keep: '1', more: '2' },
    });
    expect((await rows('Twice')).map(({ _id }) => _id)).toEqual(before.map(({ _id }) => _id));

    const forced = await install('acme', 'Twice', ...given('token=third'), '--force', '--json');
    expect(JSON.parse(forced.stdout)).toMatchObject({ status: 'updated', id: String(before[0]?._id) });
  });

  it('writes nothing in a dry run', async () => {
    const { code, stdout } = await install('checked', 'Dry', ...given('token=bad-token'), '--dry-run');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Would create "Dry"') as string });
    expect(stdout).not.toContain('bad-token');
    expect(await rows('Dry')).toEqual([]);
  });

  it('says where users connect it by OAuth', async () => {
    const { stdout } = await install('connecting', 'OAuth', ...given('token=t'), '--json');
    const result = JSON.parse(stdout) as { id: string; authorizeUrl: string };
    expect(result.authorizeUrl).toBe(`https://app.example/integrations/${result.id}/oauth/authorize`);
  });
});

describe.concurrent('several integrations install of one name at once', { timeout: 90_000 }, () => {
  const together = (provider: string, name: string, ...args: string[]) =>
    Promise.all(['one', 'two'].map((token) => install(provider, name, ...given(`token=${token}`), ...args)));
  const byCode = (one: PipedCli, other: PipedCli) => one.code - other.code;

  it('leave exactly one, and tell the other what became of it', async () => {
    for (const round of ['Race 1', 'Race 2', 'Race 3']) {
      const [winner, loser] = (await together('meeting', round, '--json')).sort(byCode);
      expect([winner?.code, loser?.code]).toEqual([0, 1]);
      const { id } = JSON.parse(String(winner?.stdout)) as { id: string };
      expect((await rows(round)).map(({ _id }) => String(_id))).toEqual([id]);
      expect(JSON.parse(String(loser?.stderr))).toEqual({
        error: {
          code: 'INTEGRATION_EXISTS',
          message: `Somebody else made '${round}' (meeting) at the same time. Nothing was written here.`,
          remedy: 'Give it another name, or start again to change the one that there is.',
        },
      });
      expect(loser?.stdout).toBe('');
    }
  });

  it('leave one where both were told to replace what there is, and both have done it', async () => {
    const results = await together('meeting', 'Forced race', '--json', '--force');
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    const statuses = results.map(({ stdout }) => (JSON.parse(stdout) as { status: string }).status);
    expect(statuses.sort()).toEqual(['created', 'updated']);
    expect(await rows('Forced race')).toHaveLength(1);
  });

  it('leave nothing, or all, of one that is killed, and let it be repeated', async () => {
    const dying = (when: string) => install('dying', `Dies ${when}`, ...given(`token=${when}`));
    const [before, after] = await Promise.all([dying('before'), dying('after')]);
    // Killed by a signal: no code of its own.
    expect([before.code, after.code]).toEqual([-1, -1]);
    expect(await rows('Dies before')).toEqual([]);
    expect(await rows('Dies after')).toMatchObject([{ provider: 'dying', isActive: true }]);
    const again = (name: string, ...args: string[]) => install('dying', name, ...given('token=lives'), ...args);
    const repeated = await Promise.all([
      again('Dies before'),
      again('Dies after'),
      again('Dies after', '--force', '--json'),
    ]);
    expect(repeated.map(({ code }) => code)).toEqual([0, 2, 0]);
    expect(repeated[1].stderr).toContain('--force');
    for (const name of ['Dies before', 'Dies after']) expect(await rows(name)).toHaveLength(1);
  });

  it('take the name of one that was renamed since, and not that of one made by the application', async () => {
    await install('acme', 'Former', ...given('token=first'));
    const renamed = await reader.update(await reader.findOrFail({ name: 'Former' }), { name: 'Renamed' });
    const { code } = await install('acme', 'Former', ...given('token=second'));
    expect(code).toBe(0);
    expect((await stored('Renamed')).credentials).toMatchObject({ token: 'first' });
    expect((await stored('Former')).credentials).toMatchObject({ token: 'second' });
    // Back again: names need not be unique to the application.
    await reader.update(renamed, { name: 'Former' });
    const ambiguous = await install('acme', 'Former', ...given('token=third'), '--force');
    expect(ambiguous.code).toBe(1);
    expect(ambiguous.stderr).toContain('[INTEGRATION_AMBIGUOUS]');
    expect(await rows('Former')).toHaveLength(2);
  });
});

describe.concurrent('the health check of integrations install', { timeout: 90_000 }, () => {
  it('passes, and the integration is there', async () => {
    const { code, stderr } = await install('checked', 'Healthy', ...given('token=good'));
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^PASS {2}health check \(\d+ ms\)\n$/u) as string,
    });
    expect(await rows('Healthy')).toMatchObject([{ healthStatus: 'healthy', isActive: true }]);
  });

  it('keeps nothing of a new one that fails, unless told to', async () => {
    const refused = cli.open(installing('checked', 'Refused', ...given('token=bad')));
    const kept = cli.open(installing('checked', 'Kept', ...given('token=bad')));
    const forced = install('checked', 'Forced', ...given('token=bad'), '--force');
    await refused.sees('Keep anyway?');
    refused.type('n');
    await kept.sees('Keep anyway?');
    kept.type('y');
    expect([(await refused.ended).code, (await kept.ended).code, (await forced).code]).toEqual([1, 0, 0]);
    const counts = ['Refused', 'Kept', 'Forced'].map(async (name) => (await rows(name)).length);
    expect(await Promise.all(counts)).toEqual([0, 1, 1]);
    expect((await forced).stderr).toContain('FAIL  health check');
  });

  it('leaves an existing one exactly as it was', async () => {
    await reader.create({ provider: 'checked', name: 'Restored', credentials: { token: 'good' } });
    const before = await rows('Restored');
    const args = installing('checked', 'Restored', ...given('token=bad'));
    const session = cli.open(args);
    await session.sees('Replace its credentials?');
    session.type('y');
    await session.sees('Keep anyway?');
    expect(await rows('Restored')).toEqual(before);
    session.type('n');
    expect(await session.ended).toMatchObject({ code: 1, screen: expect.stringContaining('Not changed.') as string });
    expect(await rows('Restored')).toEqual(before);
  });

  it('takes what is thrown for a failure, and shows it without the secret', async () => {
    const { code, stdout } = await install('checked', 'Thrown', ...given('token=throws-secret'), '--json');
    const healthCheck = { healthy: false, message: 'Refused: [REDACTED]' };
    expect({ code, result: JSON.parse(stdout) as unknown }).toMatchObject({
      code: 1,
      result: { status: 'refused', healthCheck },
    });
    expect(await rows('Thrown')).toEqual([]);
  });
});
