import { Option, type Command } from '@commander-js/extra-typings';
import { webhookStatuses, type IntegrationWebhookDocument } from '../../../schemas/integration-webhook.js';
import type { AddCommand, RunCommand } from '../cli-context.js';
import { dryRunOption, limitOption, targetArgument } from '../command-options.js';
import { errorFacts } from '../error-facts.js';
import { exitCodes } from '../exit-codes.js';
import { findTarget } from '../find-target.js';
import { printableLines } from '../printable.js';
import { quantity } from '../quantity.js';
import { properties, table } from '../table.js';
import { addReplay } from '../webhooks/add-replay.js';

/** `integrations webhooks`: what was received, and handling it anew. */
export const addWebhooksCommand: AddCommand = (program, run) => {
  const webhooks = program.command('webhooks').description('received webhooks');
  addList(webhooks, run);
  addShow(webhooks, run);
  webhooks
    .command('recover')
    .description('has others handle what processes have left that died')
    .addOption(dryRunOption)
    .action(
      run(async ({ integrations, output }, { dryRun }) => {
        const { recovered } = await integrations.webhooks.recover({ dryRun });
        const would = `${quantity(recovered, 'stale webhook')} would be queued again.`;
        const did = `${quantity(recovered, 'stale webhook')} queued again.`;
        output.result({ dryRun, recovered }, () =>
          recovered === 0 ? 'No stale webhooks found.' : dryRun ? would : did,
        );
        return exitCodes.ok;
      }),
    );
  addReplay(webhooks, run);
};

function addList(webhooks: Command, run: RunCommand): void {
  webhooks
    .command('list')
    .description('lists webhooks, the last one first')
    .argument('[integration]', `${targetArgument}; default: of all`)
    .addOption(
      new Option('--status <status>', 'default: failed, or all those of an integration').choices(webhookStatuses),
    )
    .addOption(limitOption)
    .action(
      run(async ({ integrations, output }, argument, { status, limit }) => {
        const found = await integrations.webhooks.list({
          limit,
          ...(argument !== undefined && { integration: await findTarget(integrations, argument) }),
          ...(status !== undefined && { status }),
        });
        const rows = found.map(webhookFacts);
        output.result(rows, () => {
          if (rows.length === 0) return 'No webhooks found.';
          return table(
            rows,
            [
              { title: 'id', of: ({ id }) => id },
              { title: 'provider', of: ({ provider }) => provider },
              { title: 'event', of: ({ eventType }) => eventType },
              { title: 'status', of: (row) => row.status },
              { title: 'attempts', of: ({ attempts }) => attempts },
              { title: 'received', of: ({ receivedAt }) => receivedAt },
              { title: 'error', of: ({ error }) => error?.message },
            ],
            output.paint,
          );
        });
        return exitCodes.ok;
      }),
    );
}

/** Without what was received. */
function webhookFacts(webhook: IntegrationWebhookDocument) {
  const { provider, eventType, deliveryId, status, attempts, createdAt, processedAt, error } = webhook;
  return {
    id: webhook._id.toHexString(),
    integrationId: webhook.integrationId?.toHexString() ?? null,
    ...{ provider, eventType, deliveryId, status, attempts, receivedAt: createdAt, processedAt },
    error: errorFacts(error),
  };
}

function addShow(webhooks: Command, run: RunCommand): void {
  webhooks
    .command('show')
    .description('shows a webhook, redacted')
    .argument('<id>', 'id of a webhook')
    .action(
      run(async ({ integrations, output }, id) => {
        const shown = await integrations.webhooks.show(id);
        output.result(shown, () => {
          const { error, headers, body, integrationId, id: webhookId, ...facts } = shown;
          const whose = integrationId?.toHexString() ?? null;
          return [
            properties(
              [
                ['id', webhookId.toHexString()],
                ['integration', whose],
                ...Object.entries(facts),
                ['error', error?.message],
                ...Object.entries(headers).map(([name, value]) => [name, String(value)] as const),
              ],
              output.paint,
            ),
            '',
            body === null ? '-' : printableLines(body),
          ].join('\n');
        });
        return exitCodes.ok;
      }),
    );
}
