import { isIntegrationError } from '../../errors.js';
import type { SyncProgress } from '../../types/sync-progress.js';
import type { CliContext } from '../cli-context.js';
import { printable } from '../printable.js';
import type { Progress } from '../progress.js';
import { redactedMessage } from '../redacted-message.js';
import type { EndedSync } from './sync-outcome.js';

/** How long a run that nobody takes up is waited for: jobs are looked for every few seconds, by whoever runs them. */
const untakenMs = 30_000;

/** Why a wait ends that leaves the run under way. */
const untaken =
  'No process has taken it up: neither this configuration nor a running worker has a listener for its items.';
const tooLong = 'It goes on; the time to wait for it is over.';

type Awaiting = Pick<CliContext, 'integrations' | 'signal'>;

/** Waits with a bar of its items. */
export async function awaitRun(context: CliContext, runId: string, timeoutSeconds: number | null): Promise<EndedSync> {
  const progress = context.output.progress('Syncing');
  try {
    return await waitForEnd(context, { runId, timeoutSeconds, progress });
  } finally {
    progress.end();
  }
}

/** Waits until a run is over; not for ever where nobody takes it up, and not for longer than asked. */
export async function waitForEnd(
  { integrations, signal }: Awaiting,
  { runId, timeoutSeconds, progress }: { runId: string; timeoutSeconds: number | null; progress?: Progress },
): Promise<EndedSync> {
  const { syncs } = integrations;
  const giveUp = new AbortController();
  const timers = [
    setTimeout(() => {
      // Where the database is away, the wait itself says so.
      const check = syncs.run(runId).then(({ startedAt }) => startedAt === null && giveUp.abort(untaken));
      check.catch(() => undefined);
    }, untakenMs),
    ...(timeoutSeconds === null ? [] : [setTimeout(() => giveUp.abort(tooLong), timeoutSeconds * 1_000)]),
  ];
  const onProgress = ({ done, total }: SyncProgress): void => progress?.update(done, total);
  try {
    await syncs.wait(runId, { signal: AbortSignal.any([signal, giveUp.signal]), onProgress });
    return await endOf(integrations, runId, null);
  } catch (error) {
    signal.throwIfAborted();
    if (giveUp.signal.aborted) return await endOf(integrations, runId, String(giveUp.signal.reason));
    if (!isIntegrationError(error) || error.code === 'INSTANCE_STOPPED') throw error;
    return await endOf(integrations, runId, `${printable(redactedMessage(error))} [${error.code}]`);
  } finally {
    timers.forEach(clearTimeout);
  }
}

async function endOf({ syncs }: CliContext['integrations'], id: string, error: string | null): Promise<EndedSync> {
  const { outcome, succeeded, failed, skipped } = await syncs.run(id);
  return { runId: id, outcome, succeeded, failed, skipped, error };
}
