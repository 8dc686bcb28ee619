import { errorTable, isIntegrationError, type IntegrationError } from '../../errors.js';
import type { ApartContext } from '../cli-context.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { invalidInput } from '../install/invalid-input.js';
import type { Output } from '../output.js';
import { printable } from '../printable.js';
import { quantity } from '../quantity.js';
import { redactedMessage } from '../redacted-message.js';
import { backlog } from './checks/backlog.js';
import { clock } from './checks/clock.js';
import { encryptionKeys } from './checks/encryption-keys.js';
import { indexes } from './checks/indexes.js';
import { installations } from './checks/installations.js';
import { integrationsHealth } from './checks/integrations.js';
import { jobs } from './checks/jobs.js';
import { mongodb } from './checks/mongodb.js';
import { nodeVersion } from './checks/node-version.js';
import { oauthGuard } from './checks/oauth-guard.js';
import { providers } from './checks/providers.js';
import { webhookRoutes } from './checks/webhook-routes.js';
import { problem, type Check, type Finding, type NamedFinding } from './finding.js';
import { runChecks } from './run-checks.js';
import { silentSeconds, watchDatabase } from './watch-database.js';
import type { HostWorld, InstanceWorld } from './world.js';

const hostChecks: readonly Check<HostWorld>[] = [nodeVersion, installations];

const instanceChecks: readonly Check<InstanceWorld>[] = [
  ...[mongodb, indexes, clock, encryptionKeys, providers],
  ...[webhookRoutes, oauthGuard, jobs, backlog, integrationsHealth],
];

export interface DoctorOptions {
  readonly url?: string | undefined;
}

/** Looks at everything, changes nothing, and says what to do. */
export async function doctor(context: ApartContext, { url }: DoctorOptions): Promise<ExitCode> {
  const { output, signal, streams } = context;
  if (url !== undefined && !(URL.canParse(url) && /^https?:$/u.test(new URL(url).protocol))) {
    throw invalidInput('--url: expected http://… or https://….');
  }
  const host: HostWorld = { cwd: streams.cwd(), nodeVersion: process.versions.node };
  const findings: NamedFinding[] = [];
  for await (const finding of runChecks(hostChecks, host, signal)) findings.push(finding);
  for await (const finding of instanceFindings(context, host, url ?? null)) findings.push(finding);
  report(output, findings);
  return findings.some(({ verdict }) => verdict === 'problem') ? exitCodes.failed : exitCodes.ok;
}

async function* instanceFindings(
  { open, signal }: ApartContext,
  host: HostWorld,
  url: string | null,
): AsyncGenerator<NamedFinding> {
  let world: InstanceWorld;
  try {
    const { integrations, app } = await open();
    world = { ...host, integrations, app, url, signal };
  } catch (error) {
    signal.throwIfAborted();
    yield { check: 'instance', ...unavailable(error) };
    return;
  }
  const { silence, end } = watchDatabase(world.integrations.models.Integration.db);
  try {
    yield* runChecks(instanceChecks, world, AbortSignal.any([signal, silence]));
  } catch (error) {
    signal.throwIfAborted();
    if (!silence.aborted) throw error;
    yield { check: 'instance', ...silent };
  } finally {
    end();
  }
}

function unavailable(error: unknown): Finding {
  const message = redactedMessage(error);
  if (!isIntegrationError(error)) return problem(message, 'Correct what the message names.');
  const found = `${message} [${error.code}]${causeOf(error)} All other checks need it.`;
  return problem(found, errorTable[error.code].remedy);
}

/** What the driver says of a database that could not be reached: refused, no such host, wrong password. */
function causeOf({ code, cause }: IntegrationError): string {
  if (code !== 'DATABASE_UNAVAILABLE' || cause === undefined) return '';
  return ` ${redactedMessage(cause).replace(/\.?$/u, '.')}`;
}

const silent = problem(
  `The database has not answered for ${String(silentSeconds)} s; what would have come next was not looked at.`,
  errorTable.DATABASE_UNAVAILABLE.remedy,
);

function report(output: Output, findings: readonly NamedFinding[]): void {
  const count = (wanted: string) => findings.filter(({ verdict }) => verdict === wanted).length;
  const summary = { ok: count('ok'), warnings: count('warning'), problems: count('problem') };
  output.result({ ...summary, findings }, () =>
    [
      ...findings.map((finding) => lineOf(finding, output)),
      `${quantity(summary.problems, 'problem')}, ${quantity(summary.warnings, 'warning')}, ${String(summary.ok)} ok`,
    ].join('\n'),
  );
}

function lineOf({ check, verdict, found, remedy }: NamedFinding, { paint }: Output): string {
  const colours = { ok: paint.green, warning: paint.yellow, problem: paint.red };
  const head = `${colours[verdict](verdict.padEnd('problem'.length))}  ${check}: ${printable(found)}`;
  return remedy === null ? head : `${head}\n         ${paint.dim('→')} ${printable(remedy)}`;
}
