import type { Agenda, JobWithState } from 'agenda';
import { createServerClock } from '../../../server-clock.js';
import { withinTime } from '../../../within-time.js';
import { ok, problem, warning, type Check, type Finding } from '../finding.js';
import { quantity } from '../../quantity.js';
import type { InstanceWorld } from '../world.js';
import { minuteMs } from '../../../time-units.js';

const patienceMs = 5_000;
const tooLate = Symbol('too late');
/** Jobs that are looked at, of each name: many of one that failed do not hide the others. */
const limit = 1_000;
/** What should have run that long ago does not run. */
const overdueMs = 10 * minuteMs;

/** Whether somebody runs the jobs. */
export const jobs: Check<InstanceWorld> = {
  name: 'jobs',
  async run({ integrations }) {
    const stored = await withinTime(storedJobs(integrations.agenda), patienceMs, tooLate);
    if (stored === tooLate) {
      return [problem('The database of the jobs does not answer.', 'Check the connection of the Agenda.')];
    }
    const now = await createServerClock(integrations.models.Integration.db).now();
    return findingsOf(stored, now);
  },
};

async function storedJobs(agenda: Agenda): Promise<readonly JobWithState[]> {
  await agenda.ready;
  const names = Object.keys(agenda.definitions).filter((name) => name.startsWith('integrations.'));
  const stored: JobWithState[] = [];
  for (const name of names) {
    stored.push(...(await agenda.queryJobs({ name, limit, sort: { nextRunAt: 'asc' } })).jobs);
  }
  return stored;
}

function findingsOf(stored: readonly JobWithState[], now: number): Finding[] {
  const recurring = stored.filter(({ type }) => type === 'single');
  if (recurring.length === 0) {
    return [
      warning(
        'No recurring job is scheduled: no process has ever called start().',
        'Call `await integrations.start()` in a process that keeps running, or `integrations.runDue()` every minute.',
      ),
    ];
  }
  const findings = [...overdue(stored, now), ...failed(stored), ...paused(recurring)];
  if (findings.length > 0) return findings;
  const last = Math.max(...recurring.map(({ lastRunAt }) => timeOf(lastRunAt)));
  const ran = last === 0 ? 'none has run yet' : `the last one began ${ago(now - last)} ago`;
  return [ok(`${quantity(recurring.length, 'recurring job')} scheduled; ${ran}.`)];
}

function overdue(stored: readonly JobWithState[], now: number): Finding[] {
  const late = stored.filter((job) => isDueBefore(job, now - overdueMs) && !job.disabled);
  const [first] = late.toSorted((one, other) => timeOf(one.nextRunAt) - timeOf(other.nextRunAt));
  if (first === undefined) return [];
  return [
    problem(
      `Nobody runs jobs: ${quantity(late.length, 'job')} overdue, "${first.name}" for ${ago(now - timeOf(first.nextRunAt))}.`,
      'See to it that a process that calls start() runs, with `jobs.enabled`; or call runDue() every minute.',
    ),
  ];
}

/** One whose worker has died keeps its lock until it runs out: that is overdue as well. */
function isDueBefore({ nextRunAt, lockedAt }: JobWithState, time: number): boolean {
  const isRunning = timeOf(lockedAt) > time;
  return timeOf(nextRunAt) > 0 && timeOf(nextRunAt) < time && !isRunning;
}

function failed(stored: readonly JobWithState[]): Finding[] {
  const names = stored.filter(({ state }) => state === 'failed').map(({ name }) => name);
  if (names.length === 0) return [];
  const listed = [...new Set(names)].join(', ');
  return [warning(`${quantity(names.length, 'job')} failed: ${listed}.`, 'The jobs dashboard, and the log, say why.')];
}

function paused(recurring: readonly JobWithState[]): Finding[] {
  const names = recurring.filter(({ disabled }) => disabled === true).map(({ name }) => name);
  if (names.length === 0) return [];
  return [warning(`Paused by an operator: ${names.join(', ')}.`, 'Resume them in the jobs dashboard.')];
}

function timeOf(date: Date | string | null | undefined): number {
  return date === null || date === undefined ? 0 : new Date(date).getTime();
}

function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  return seconds < 120 ? `${String(seconds)} s` : `${String(Math.round(seconds / 60))} min`;
}
