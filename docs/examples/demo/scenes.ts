import assert from 'node:assert/strict';
import type { RecordedRequest } from './github-api/index.js';
import { issuePages } from './issues.js';
import { oauthScene } from './oauth-scene.js';
import type { Stage } from './stage.js';
import { syncScene } from './sync-scene.js';
import { plural } from './terminal.js';
import { webhookScene } from './webhook-scene.js';

type Scene = (stage: Stage) => Promise<void>;

/** What the demo shows, in this order. Each scene fails when it does not see what it came to show. */
export const scenes: readonly Scene[] = [
  health,
  sealedCredentials,
  listing,
  pagination,
  unavailable,
  slowAnswer,
  hangingAnswer,
  throttled,
  notFound,
  failedWrite,
  operation,
  oauthScene,
  webhookScene,
  syncScene,
  secretsStaySecret,
];

async function health({ open, ask, show }: Stage): Promise<void> {
  open('The package is mounted', 'app.use(integrationsRouter()) answers below /integrations.');
  const { body } = await ask('GET', '/integrations/health', 200);
  show(body);
}

async function sealedCredentials({ open, say, world }: Stage): Promise<void> {
  open('Credentials at rest', 'MongoDB holds a compact JWE, sealed with a key that only the application has.');
  const stored = await world.connection.collection('integrations').findOne({ _id: world.integration._id });
  const credentials = String(stored?.credentials);
  assert.match(credentials, /^eyJ[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/, 'a compact JWE');
  say(`integrations.credentials: ${credentials.slice(0, 24)}… (${String(credentials.length)} characters)`);
}

async function listing({ open, ask, say, showAttempts }: Stage): Promise<void> {
  open('A service call from a route', "github.at('/repos/{owner}/{repo}/issues').withData({ state: 'open' }).get()");
  const { body } = await ask('GET', '/issues', 200);
  const titles = issuesOf(body).map(({ title }) => title);
  say(`${plural(titles.length, 'issue')}: ${titles.slice(0, 3).join(', ')}, …`);
  await showAttempts('200');
}

async function pagination({ open, say, world }: Stage): Promise<void> {
  open('Pages', 'Five issues a page, until a page is not full. No Express in it: a script or a job does the same.');
  const sizes: number[] = [];
  for await (const issues of issuePages(world.integration, 5)) sizes.push(issues.length);
  say(`${plural(sizes.length, 'page')}: ${sizes.join(' + ')} issues`);
  assert.deepEqual(sizes, [5, 5, 3], 'issues per page');
}

async function unavailable({ open, ask, showAttempts, world }: Stage): Promise<void> {
  open(
    'Two 503s, then an answer',
    'A GET is tried three times. Who asks the application sees a slower answer, and no error.',
  );
  world.api.failNext([{ status: 503 }, { status: 503 }]);
  await ask('GET', '/issues', 200);
  await showAttempts('503', '503', '200');
}

async function slowAnswer({ open, ask, showAttempts, world }: Stage): Promise<void> {
  open('A slow answer', 'GitHub takes 600 ms; the time-out of this demo is 1,500 ms for each attempt.');
  world.api.failNext([{ delayMs: 600 }]);
  const { tookMs } = await ask('GET', '/issues', 200);
  assert.ok(tookMs >= 600, 'the answer was slow');
  await showAttempts('200');
}

async function hangingAnswer({ open, ask, showAttempts, world }: Stage): Promise<void> {
  open('No answer at all', 'GitHub hangs. The attempt is given up after 1,500 ms, and the next one succeeds.');
  world.api.failNext([{ delayMs: 60_000 }]);
  await ask('GET', '/issues', 200);
  await showAttempts('timeout', '200');
}

async function throttled({ open, ask, showAttempts, world }: Stage): Promise<void> {
  open('Rate limited', 'GitHub answers 429 with `Retry-After: 1`, and that is how long the package waits.');
  world.api.failNext([{ status: 429, retryAfter: 1 }]);
  const { tookMs } = await ask('GET', '/issues', 200);
  assert.ok(tookMs >= 990, 'it waited as long as it was told');
  await showAttempts('429', '200');
}

async function notFound({ open, ask, say, show, showAttempts }: Stage): Promise<void> {
  open('A 404', 'Not retried. app.use(integrationErrorHandler()) makes a problem document (RFC 9457) of it.');
  const { body, contentType } = await ask('GET', '/issues/9999', 502);
  assert.match(contentType, /^application\/problem\+json/, 'a problem document');
  say(contentType);
  show(body);
  await showAttempts('404');
}

async function failedWrite({ open, ask, showAttempts, world }: Stage): Promise<void> {
  open(
    'A write that fails',
    'A POST is tried once: the issue may be open in spite of the 503. withAttempts(3) asks for more.',
  );
  world.api.failNext([{ status: 503 }]);
  await ask('POST', '/issues', 502);
  await showAttempts('503');
}

async function operation({ open, ask, show }: Stage): Promise<void> {
  open(
    'An operation',
    "github.runOperation({ operation: 'import' }, …) logs a piece of work and the calls made for it.",
  );
  const { body } = await ask('POST', '/import', 200);
  show(body);
}

async function secretsStaySecret({ open, say, world }: Stage): Promise<void> {
  open(
    'No secret in the database',
    'Every document of every collection, searched for tokens, codes, and the secrets of webhooks and of our app.',
  );
  const { connection, api, webhookSecret } = world;
  const secrets = [api.token, webhookSecret, ...api.requests.flatMap(secretsIn)];
  let documents = 0;
  for (const { collectionName } of (await connection.db?.collections()) ?? []) {
    for (const document of await connection.collection(collectionName).find().toArray()) {
      documents += 1;
      const text = JSON.stringify(document);
      const isThere = secrets.some((secret) => text.includes(secret));
      assert.ok(!isThere, `a secret is in ${collectionName}`);
    }
  }
  assert.ok(documents > 0, 'documents to search');
  say(`${plural(documents, 'document')}, and no secret is in any of them.`);
}

/** What the application has sent to GitHub and nobody else may know. */
function secretsIn({ headers, path, body }: RecordedRequest): string[] {
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  if (path !== '/login/oauth/access_token') return token === undefined ? [] : [token];
  const form = new URLSearchParams(String(body));
  return ['client_secret', 'code', 'code_verifier', 'refresh_token'].flatMap((name) => form.getAll(name));
}

function issuesOf(body: unknown): { title: string }[] {
  assert.ok(Array.isArray(body) && body.length > 0, 'a list of issues');
  return body as { title: string }[];
}
