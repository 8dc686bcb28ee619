import assert from 'node:assert/strict';
import type { Stage } from './stage.js';
import type { StoredIssue } from './sync-worker.js';
import { plural } from './terminal.js';
import { manyIssues } from './world.js';
import { startWorkers } from './workers.js';

const workerCount = 3;

/** All issues of a large repository, handled by processes one of which is killed on the way. */
export async function syncScene({ open, say, progressBar, world }: Stage): Promise<void> {
  open(
    `A sync of ${manyIssues.toLocaleString('en-US')} issues`,
    `${String(workerCount)} worker processes share the work, and one of them is killed with SIGKILL on the way.`,
  );
  const { integrations, api, connection, settings } = world;
  const repository = await integrations.create({
    provider: 'github',
    name: 'Many issues',
    credentials: { token: api.token },
    metadata: { owner: 'octokit-fixture-org', repo: 'many-issues', baseUrl: api.url },
  });
  const workers = await startWorkers(workerCount, settings);
  const bar = progressBar();
  let isKilled = false;
  try {
    const result = await integrations.sync(repository, {
      wait: true,
      onProgress(progress) {
        bar.update(progress);
        if (isKilled || progress.done === 0) return;
        isKilled = true;
        workers.killOne();
      },
    });
    bar.end();
    assert.ok(isKilled, 'a worker was killed');
    assert.equal(result.succeeded, manyIssues, 'issues handled');
  } finally {
    bar.end();
    await workers.end();
  }
  const issues = connection.collection<StoredIssue>('issues');
  assert.equal(await issues.countDocuments(), manyIssues, 'issues stored');
  const repeated = await issues.countDocuments({ timesHandled: { $gt: 1 } });
  say(`One worker was killed. ${String(manyIssues)} issues were handled, and none is missing.`);
  say(`${plural(repeated, 'issue')} had been handled by the dead worker, which could not say so: handled again.`);
}
