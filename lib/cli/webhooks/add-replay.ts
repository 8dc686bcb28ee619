import { Option, type Command } from '@commander-js/extra-typings';
import type { IntegrationWebhookDocument } from '../../../schemas/integration-webhook.js';
import type { WebhookFilter } from '../../webhooks/webhook-service.js';
import type { CliContext, RunCommand } from '../cli-context.js';
import { dryRunOption, targetArgument } from '../command-options.js';
import { parseSince } from '../duration.js';
import { errorFacts } from '../error-facts.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { findTarget } from '../find-target.js';
import { missingInput } from '../install/invalid-input.js';
import { quantity } from '../quantity.js';
import { cellText } from '../table.js';
import { handleHere } from './handle-here.js';

/** `integrations webhooks replay`. */
export function addReplay(webhooks: Command, run: RunCommand): void {
  webhooks
    .command('replay')
    .description('has webhooks handled anew, by a process that runs jobs')
    .argument('[ids...]', 'ids of webhooks, of any status')
    .option('--run', 'handles them here, and waits: the exit code is the outcome; of webhooks named by id', false)
    .option('--all', 'all that fit the following', false)
    .addOption(new Option('--status <status>', 'default: failed').choices(['failed', 'processed'] as const))
    .option('--integration <integration>', targetArgument)
    .option('--provider <key>', 'only those of a provider')
    .option('--event-type <type>', 'only those of that type')
    .option('--since <time>', 'received since: a date, or how long ago (2h, 7d)', parseSince)
    .addOption(dryRunOption)
    .action(
      run(async (context, ids, { run: isHere, all, ...options }) => {
        if (all === ids.length > 0 || (all && isHere) || (!all && isFiltered(options))) {
          throw missingInput(
            'Name the webhooks by their ids, or --all of them with or without filters, without --run.',
          );
        }
        return all ? replayAll(context, options) : replayNamed(context, ids, { ...options, isHere });
      }),
    );
}

interface ReplayOptions {
  readonly status?: 'failed' | 'processed' | undefined;
  readonly integration?: string | undefined;
  readonly provider?: string | undefined;
  readonly eventType?: string | undefined;
  readonly since?: Date | undefined;
  readonly dryRun: boolean;
}

function isFiltered({ dryRun: _dryRun, ...filter }: ReplayOptions): boolean {
  return Object.values(filter).some((value) => value !== undefined);
}

async function replayAll({ integrations, output, signal }: CliContext, options: ReplayOptions): Promise<ExitCode> {
  const { status, integration, provider, eventType, since, dryRun } = options;
  const filter: WebhookFilter = {
    ...(status !== undefined && { status }),
    ...(integration !== undefined && { integration: await findTarget(integrations, integration) }),
    ...(provider !== undefined && { provider }),
    ...(eventType !== undefined && { eventType }),
    ...(since !== undefined && { from: since }),
  };
  const progress = output.progress('Replaying');
  const onProgress = (replayed: number): void => progress.update(replayed, null);
  const replaying = integrations.webhooks.replayMany(filter, { dryRun, signal, onProgress });
  const { replayed } = await replaying.finally(() => progress.end());
  const how = dryRun ? 'would be handled anew' : 'queued: a process that runs jobs handles them';
  output.result({ dryRun, replayed }, () => `${quantity(replayed, 'webhook')} ${how}.`);
  return exitCodes.ok;
}

async function replayNamed(
  context: CliContext,
  ids: readonly string[],
  { dryRun, isHere }: { readonly dryRun: boolean; readonly isHere: boolean },
): Promise<ExitCode> {
  const { integrations, output, signal } = context;
  const webhooks: IntegrationWebhookDocument[] = [];
  for (const id of ids) {
    signal.throwIfAborted();
    webhooks.push(await integrations.webhooks.replay(id, { dryRun }));
  }
  const isWaiting = isHere && !dryRun;
  const ended = isWaiting ? await handleHere(context, webhooks) : webhooks;
  const rows = ended.map(({ _id, status, attempts, error }) => ({
    id: _id.toHexString(),
    status,
    attempts,
    error: errorFacts(error),
  }));
  output.result({ dryRun, webhooks: rows }, () =>
    ended.map((webhook) => lineOf(webhook, { dryRun, isWaiting })).join('\n'),
  );
  return !isWaiting || ended.every(({ status }) => status === 'processed') ? exitCodes.ok : exitCodes.failed;
}

function lineOf(
  { _id, status, availableAt, error }: IntegrationWebhookDocument,
  { dryRun, isWaiting }: { readonly dryRun: boolean; readonly isWaiting: boolean },
): string {
  const webhook = `Webhook ${_id.toHexString()}`;
  if (dryRun) return `${webhook}, which is ${status}, would be handled anew.`;
  if (!isWaiting) return `${webhook} is queued: a process that runs jobs handles it.`;
  const reason = error === null ? '' : `: ${cellText(error.message)}`;
  if (status === 'pending') return `${webhook} failed${reason}. It is tried again at ${cellText(availableAt)}.`;
  return `${webhook} ${status}${reason}.`;
}
