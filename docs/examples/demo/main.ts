/**
 * The demo: an Express application with the package mounted, a MongoDB, and a local API that answers like GitHub and is
 * made to fail in the ways that GitHub fails. `npm run demo` keeps serving until Ctrl-C, `npm run demo -- --once` ends
 * by itself: with 1 where something did not go as announced.
 */
import { parseArgs } from 'node:util';
import { logReport } from './log-report.js';
import { scenes } from './scenes.js';
import { createStage } from './stage.js';
import { paintFor } from './terminal.js';
import { startWorld, type World } from './world.js';

const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } });
const paint = paintFor(process.stdout, process.env);
const print = (line: string): void => console.log(line);

/** Resolves at the first Ctrl-C; npm and the terminal both send it, so that further ones must not kill us. */
const interrupted = new Promise<'interrupted'>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve('interrupted'));
});

async function show(world: World): Promise<void> {
  const stage = createStage(world, print, paint);
  for (const scene of scenes) await scene(stage);
  print('');
  for (const line of await logReport(world.integration, paint)) print(line);
}

function inviteToTry({ origin, api }: World): void {
  const fault = `curl -X POST ${api.url}/_admin/faults -H 'content-type: application/json'`;
  const invitation = `
${paint('title', 'Still serving.')} Try it, in another terminal:
  curl '${origin}/issues?per_page=2'
  curl ${origin}/issues/1
  curl ${origin}/integrations/health
  curl ${origin}/log                        # the tables above, as they are by then
Make GitHub fail twice, and ask again:
  ${fault} \\
    -d '[{"status":503},{"status":503}]'
${paint('quiet', 'Ctrl-C ends the demo and removes its database.')}`;
  print(invitation);
}

async function run(): Promise<void> {
  const world = await startWorld();
  try {
    const outcome = await Promise.race([show(world), interrupted]);
    if (outcome === 'interrupted' || values.once) return;
    inviteToTry(world);
    await interrupted;
  } finally {
    await world.close();
  }
}

try {
  await run();
} catch (error) {
  console.error(paint('bad', 'The demo did not go as announced:'), error);
  process.exitCode = 1;
}
