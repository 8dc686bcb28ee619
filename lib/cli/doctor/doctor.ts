import { errorMessage } from '../../error-message.js';
import { errorTable, isIntegrationError } from '../../errors.js';
import { createRedactor } from '../../redaction/redactor.js';
import type { ApartContext } from '../cli-context.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { invalidInput } from '../install/invalid-input.js';
import type { Output } from '../output.js';
import { printable } from '../printable.js';
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
import { problem, type Check, type NamedFinding } from './finding.js';
import { runChecks } from './run-checks.js';
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
  const findings = await runChecks(hostChecks, host, signal);
  findings.push(...(await instanceFindings(context, host, url ?? null)));
  report(output, findings);
  return findings.some(({ verdict }) => verdict === 'problem') ? exitCodes.failed : exitCodes.ok;
}

async function instanceFindings(
  { open, signal }: ApartContext,
  host: HostWorld,
  url: string | null,
): Promise<readonly NamedFinding[]> {
  let world: InstanceWorld;
  try {
    const { integrations, app } = await open();
    world = { ...host, integrations, app, url, signal };
  } catch (error) {
    signal.throwIfAborted();
    return [{ check: 'instance', ...unavailable(error) }];
  }
  return runChecks(instanceChecks, world, signal);
}

function unavailable(error: unknown) {
  const message = createRedactor().text(errorMessage(error));
  if (!isIntegrationError(error)) return problem(message, 'Correct what the message names.');
  return problem(`${message} [${error.code}] All other checks need it.`, errorTable[error.code].remedy);
}

function report(output: Output, findings: readonly NamedFinding[]): void {
  const count = (wanted: string) => findings.filter(({ verdict }) => verdict === wanted).length;
  const summary = { ok: count('ok'), warnings: count('warning'), problems: count('problem') };
  output.result({ ...summary, findings }, () =>
    [
      ...findings.map((finding) => lineOf(finding, output)),
      `${String(summary.problems)} problems, ${String(summary.warnings)} warnings, ${String(summary.ok)} ok`,
    ].join('\n'),
  );
}

function lineOf({ check, verdict, found, remedy }: NamedFinding, { paint }: Output): string {
  const colours = { ok: paint.green, warning: paint.yellow, problem: paint.red };
  const head = `${colours[verdict](verdict.padEnd('problem'.length))}  ${check}: ${printable(found)}`;
  return remedy === null ? head : `${head}\n         ${paint.dim('→')} ${printable(remedy)}`;
}
