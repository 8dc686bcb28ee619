import { beforeAll, describe, expect, it } from 'vitest';
import type { EndedCli, PipedCli } from '../../support/cli-host.js';
import { secret, useCliProject } from '../../support/cli-project.js';
import { useDatabase } from '../../support/database.js';

const database = useDatabase();
const { cli, integrations, thing, set } = useCliProject(database);

describe('where nothing is registered', () => {
  const said = [
    [['list'], 'No integrations registered: `integrations install <provider>` makes one.'],
    [['health'], 'No integrations registered: `integrations install <provider>` makes one.'],
    [['stats'], 'No integrations registered: `integrations install <provider>` makes one.'],
    [['test'], 'No active integration has a provider that can check its health.'],
    [['sync', '--wait'], 'No sync is due.'],
    [['items', 'list'], 'No failed items.'],
    [['webhooks', 'recover'], 'No stale webhooks found.'],
    [['requests', 'failed'], 'No failed requests.'],
  ] as const;
  let ended: EndedCli[] = [];
  beforeAll(async () => {
    ended = await Promise.all(said.map(([args]) => cli.run(args)));
  }, 60_000);

  it.each(said.map(([args, text], index) => [args.join(' '), text, index] as const))(
    '`%s` says so, and ends well',
    (_command, text, index) => {
      expect(ended[index]).toMatchObject({ code: 0, screen: `The application says hello.\n${text}\n` });
    },
  );
});

describe('with integrations', () => {
  const shown: Record<string, EndedCli> = {};
  let json: Record<string, PipedCli> = {};
  beforeAll(async () => {
    const good = await thing('Good');
    const bad = await thing('Bad', { health: 'bad' });
    const throwing = await thing('Throwing', { health: 'throws' });
    const off = await thing('Off', { health: 'bad' });
    await integrations.create({ provider: 'plain', name: 'Plain', credentials: {} });
    await set(bad, { healthStatus: 'degraded', consecutiveFailures: 5 });
    await set(off, { isActive: false });
    await set(throwing, { authStatus: 'needsReauthorization' });
    const call = { integrationId: good._id, endpoint: '/a', method: 'GET', createdAt: new Date(), cacheHits: 2 };
    const attempt = { number: 1, startedAt: new Date(), durationMs: 40, delayBeforeMs: 0, failureClass: 'upstream' };
    await integrations.models.IntegrationRequest.insertMany([
      { ...call, statusCode: 200, durationMs: 120, attempts: [{ ...attempt, failureClass: null }] },
      {
        ...call,
        statusCode: 503,
        durationMs: 80,
        responseData: 'over\u001b[2Jload',
        error: { class: 'HttpResponseError', message: 'It said 503.', code: null, trace: null },
        attempts: [attempt],
      },
    ]);
    // Before `test` changes what is recorded.
    const health = cli.run(['health', '--exit-code']);
    const failed = await cli.pipe(['requests', 'failed', '--class', 'upstream', '--json']);
    const [request] = (JSON.parse(failed.stdout) as { requests: { id: string }[] }).requests;
    shown.health = await health;
    const names = ['list', 'stats', 'health'] as const;
    const piped = await Promise.all(names.map((name) => cli.pipe([name, '--json'])));
    json = { failed, ...Object.fromEntries(names.map((name, index) => [name, piped[index]!])) };
    const [list, stats, test, one, show] = await Promise.all([
      cli.run(['list', '--provider', 'things'], { NO_COLOR: '1' }),
      cli.run(['stats', `things/Good`, '--window', '24h']),
      cli.run(['test']),
      cli.run(['test', 'things/Good']),
      cli.run(['requests', 'show', request!.id]),
    ]);
    Object.assign(shown, { list, stats, test, one, show });
  }, 90_000);

  it('`list` shows all of a provider', () => {
    const { screen, code } = shown.list!;
    expect(screen.match(/things +(Good|Bad|Throwing|Off) /gu)).toHaveLength(4);
    expect([screen.includes('Plain'), code]).toEqual([false, 0]);
  });

  it('`NO_COLOR` keeps colours away, which a terminal gets otherwise', () => {
    expect(shown.list!.raw).not.toContain('\u001b[');
    expect(shown.health!.raw).toContain('\u001b[33mdegraded');
  });

  it('`health` shows status, failures and who has to be connected again', () => {
    const { screen } = shown.health!;
    expect(screen).toMatch(/NAME +PROVIDER +STATUS +FAILURES +NEEDS REAUTHORIZATION/u);
    expect(screen).toMatch(/^Good +things +healthy +0 +no /mu);
    expect(screen).toMatch(/^Bad +things +degraded +5 +no /mu);
    expect(screen).toMatch(/^Throwing +things +healthy +0 +yes /mu);
  });

  it('`health --exit-code` ends with 1 where something is wrong, without it with 0', () => {
    expect([shown.health!.code, json.health!.code]).toEqual([1, 0]);
  });

  it.each(['list', 'health', 'stats'])('`%s --json` gives nothing but JSON on standard output', (name) => {
    expect(JSON.parse(json[name]!.stdout)).toHaveLength(5);
    expect(json[name]!.stderr).toBe('The application says hello.\n');
  });

  it('`stats` shows calls, errors, latency of successes and cache hits', () => {
    expect(shown.stats!.screen).toMatch(/Good +things +24h +2 +50\.0 % +120 ms +\d+ ms +66\.7 % +0 +0 +0/u);
  });

  it('`requests failed` lists what failed of a class', () => {
    expect(JSON.parse(json.failed!.stdout)).toMatchObject({
      requests: [{ statusCode: 503, error: 'It said 503.' }],
      next: null,
    });
  });

  it('`requests show` shows a call, and lets no stored text command the terminal', () => {
    expect(shown.show!.screen).toContain('It said 503.');
    expect(shown.show!.raw).toContain('over\u{fffd}[2Jload');
  });

  it('`test` tells what passes from what fails or throws, of all that are active', () => {
    const lines = shown.test!.screen.split('\n').filter((line) => /^(PASS|FAIL)/u.test(line));
    expect(lines.map((line) => line.replace(/\d+ ms/u, '0 ms'))).toEqual([
      'PASS  things/Good  0 ms',
      'FAIL  things/Bad  0 ms',
      'FAIL  things/Throwing  0 ms: refused [REDACTED]',
    ]);
    expect(shown.test!.code).toBe(1);
  });

  it('`test <integration>` ends well where that one passes', () => {
    expect([shown.one!.code, shown.one!.screen.includes('PASS')]).toEqual([0, true]);
  });

  it('`test` records what it found once', async () => {
    const found = await integrations.list({ provider: 'things' });
    const failures = Object.fromEntries(found.map(({ name, consecutiveFailures }) => [name, consecutiveFailures]));
    expect(failures).toEqual({ Good: 0, Bad: 6, Throwing: 1, Off: 0 });
  });

  it('shows no credentials anywhere', () => {
    const all = [...Object.values(shown).map(({ raw }) => raw), ...Object.values(json).map(({ stdout }) => stdout)];
    expect(all.filter((text) => text.includes(secret))).toEqual([]);
  });
});
