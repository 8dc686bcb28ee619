import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBuiltPackage } from '../support/built-package.js';
import { useDatabase } from '../support/database.js';
import { runExample, type Ending, type ExampleProcess } from './example-process.js';
import { waitFor } from '../support/wait-for.js';

const DEMO_TIMEOUT_MS = 150_000;
const demo = 'docs/examples/demo/main.ts';

useBuiltPackage();
const database = useDatabase();
let once: ExampleProcess;
let serving: ExampleProcess;

// Both at once: most of the time a demo waits, for time-outs and for the leases of the killed.
beforeAll(() => {
  once = runExample(demo, ['--once'], { MONGODB_URI: database.uri });
  serving = runExample(demo, [], { MONGODB_URI: database.uri });
});
afterAll(() => {
  serving.stop();
});

describe('npm run demo -- --once', () => {
  let ending: Ending;
  beforeAll(async () => {
    ending = await once.ended;
  }, DEMO_TIMEOUT_MS);

  it('ends by itself, and well', () => {
    expect(ending).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    ['the mounted routes', 'GET /integrations/health -> 200'],
    ['a database in use', '{"status":"ok","database":"connected"}'],
    ['sealed credentials', /integrations\.credentials: eyJ[\w-]{20,}… \(\d+ characters\)/],
    ['listed issues', '13 issues: Test issue 1, '],
    ['pages', '3 pages: 5 + 5 + 3 issues'],
    ['retries after 503', '3 attempts: 503 -> 503 -> 200, waited 1,000 ms and 1,000 ms'],
    ['a retry after a time-out', '2 attempts: timeout -> 200, waited 1,000 ms'],
    ['a wait of the length that was asked for', '2 attempts: 429 -> 200, waited 1,000 ms'],
    [
      'a problem document',
      /GET \/issues\/9999 -> 502 .*\n {3}application\/problem\+json.*\n(.*\n)+? +"code": "UPSTREAM_STATUS"/,
    ],
    ['a write that is not repeated', /POST \/issues -> 502 .*\n.*1 attempt: 503$/m],
    ['an operation', '{"imported":13}'],
    [
      'a user who connects by OAuth',
      /^ {3}application +GET \/integrations\/\{id\}\/oauth\/authorize +303\n {3}GitHub +GET \/login\/oauth\/authorize +302\n {3}application +GET \/integrations\/oauth\/callback\/github +200$/m,
    ],
    ['a call with the token of a connection', /^ {3}after connecting +GET \/user -> 200$/m],
    ['a token that has expired and is replaced', /^ {3}eight hours later +GET \/user -> 401 -> 200$/m],
    ['a connection that is over', /^ {3}after disconnecting +GET \/user -> REAUTHORIZATION_REQUIRED$/m],
    ['a webhook that is handled', /^ {3}opened +issues\.opened +200 queued +processed$/m],
    ['a webhook that comes again', /^ {3}again +issues\.opened +200 duplicate +processed$/m],
    ['a webhook that is forged', /^ {3}forged +issues\.opened +401 WEBHOOK_SIGNATURE_INVALID +not stored$/m],
    ['another process that handles webhooks', 'The worker was told of "Opened by the demo", once.'],
    ['the progress of a sync', /^ {3}\d+ of \d+ issues, \d+ a second$/m],
    ['a sync that survives the death of a worker', '5000 issues were handled, and none is missing.'],
    ['no secret in the database', /^.*\b\d+ documents, and no secret is in any of them\.$/m],
    ['the log of a retried call', /^\+\d+\.\d\d s +GET +\/repos\/{owner}\/{repo}\/issues +200 +3 +\d,\d{3} ms +\w+:/m],
    ['the log of a failed attempt', /^ +├ attempt 2, waited 1,000 ms +503 +upstream +\d+ ms +\w+:/m],
    ['the log of a time-out', /^ +├ attempt 1, at once +timeout +upstream +\d,\d{3} ms +-$/m],
    [
      'the log of an operation',
      /^import +success +13 issues imported +3 calls in \d+ ms(\n +[├└] GET .* 200 in \d+ ms){3}$/m,
    ],
    ['the log of a webhook', /^webhook +success +0 calls in \d+ ms$/m],
  ])('shows %s', (_what, fact) => {
    expect(ending.stdout).toMatch(fact);
  });

  it('prints lines of at most 100 characters, and no colours into a pipe', () => {
    const lines = ending.stdout.split('\n').filter((line) => !line.startsWith('mongod:'));
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
    expect(ending.stdout).not.toContain('\u001b');
  });
});

describe('npm run demo', () => {
  it(
    'keeps serving until Ctrl-C, and ends well then',
    async () => {
      await waitFor(() => expect(serving.stdout()).toContain('Ctrl-C ends the demo'), { timeout: DEMO_TIMEOUT_MS });
      const [, origin = ''] = /curl (http:\S+)\/log/.exec(serving.stdout()) ?? [];
      expect(await (await fetch(`${origin}/issues?per_page=2`)).json()).toHaveLength(2);
      expect(await (await fetch(`${origin}/log`)).text()).toMatch(/^Request log: 15 calls$/m);
      // In a terminal it comes twice: from the terminal, and from npm.
      serving.stop('SIGINT');
      serving.stop('SIGINT');
      expect(await serving.ended).toMatchObject({ code: 0, stderr: '' });
    },
    DEMO_TIMEOUT_MS + 10_000,
  );

  it('leaves no database behind', async () => {
    await Promise.all([once.ended, serving.ended]);
    expect(await demoDatabases()).toEqual([]);
  });
});

async function demoDatabases(): Promise<string[]> {
  const { databases } = await database.connection.getClient().db().admin().listDatabases();
  return databases.map(({ name }) => name).filter((name) => name.startsWith('express_integrations_demo_'));
}
