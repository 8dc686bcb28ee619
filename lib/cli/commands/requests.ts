import { Option, type Command } from '@commander-js/extra-typings';
import type { ShownRequest } from '../../reports/show-request.js';
import { failureClasses } from '../../types/failure-class.js';
import type { AddCommand, RunCommand } from '../cli-context.js';
import { limitOption, targetArgument } from '../command-options.js';
import { parseSince } from '../duration.js';
import { exitCodes } from '../exit-codes.js';
import { findTarget } from '../find-target.js';
import type { Paint } from '../paint.js';
import { printableLines } from '../printable.js';
import { properties, table } from '../table.js';

/** `integrations requests`: the request log. */
export const addRequestsCommand: AddCommand = (program, run) => {
  const requests = program.command('requests').description('the log of calls to other APIs');
  requests
    .command('show')
    .description('shows a call with its attempts, as it was stored: redacted')
    .argument('<id>', 'id of a request')
    .action(
      run(async ({ integrations, output }, id) => {
        const shown = await integrations.requests.show(id);
        output.result(shown, () => requestText(shown, output.paint));
        return exitCodes.ok;
      }),
    );
  addFailed(requests, run);
};

function addFailed(requests: Command, run: RunCommand): void {
  requests
    .command('failed')
    .description('lists failed calls, the newest first')
    .argument('[integration]', `${targetArgument}; default: of all`)
    .option('--provider <key>', 'only those of a provider')
    .addOption(new Option('--class <class>', 'only those of a failure class').choices(failureClasses))
    .option('--since <time>', 'begun since: a date, or how long ago (2h, 7d)', parseSince)
    .addOption(limitOption)
    .option('--after <next>', 'those behind the page before, which `next` of its JSON names')
    .action(
      run(async ({ integrations, output }, argument, { class: failureClass, ...options }) => {
        const page = await integrations.requests.list({
          ...options,
          failed: true,
          ...(failureClass !== undefined && { failureClass }),
          ...(argument !== undefined && { target: await findTarget(integrations, argument) }),
        });
        output.result(page, () => {
          if (page.requests.length === 0) return 'No failed requests.';
          return table(
            page.requests,
            [
              { title: 'id', of: ({ id }) => id },
              { title: 'integration', of: ({ integrationId }) => integrationId },
              { title: 'at', of: ({ createdAt }) => createdAt },
              { title: 'method', of: ({ method }) => method },
              { title: 'endpoint', of: ({ endpoint }) => endpoint },
              { title: 'status', of: ({ statusCode }) => statusCode },
              { title: 'class', of: (row) => row.failureClass },
              { title: 'attempts', of: ({ attempts }) => attempts },
              { title: 'error', of: ({ error }) => error },
            ],
            output.paint,
          );
        });
        return exitCodes.ok;
      }),
    );
}

function requestText(shown: ShownRequest, paint: Paint): string {
  const { id, integrationId, method, endpoint, statusCode, durationMs, createdAt, error } = shown;
  const { idempotencyKey, providerRequestId, cacheHits, staleHits, retryOfId, requestData, responseData } = shown;
  const facts = properties(
    Object.entries({
      ...{ id, integration: integrationId, at: createdAt, method, endpoint, status: statusCode },
      ...{ duration: durationMs === null ? null : `${String(durationMs)} ms`, error: error?.message },
      ...{ 'idempotency key': idempotencyKey, 'id of the other side': providerRequestId },
      ...{ 'cache hits': cacheHits, 'stale hits': staleHits, 'retry of': retryOfId },
    }),
    paint,
  );
  const attempts = table(
    shown.attempts,
    [
      { title: 'attempt', of: ({ number }) => number },
      { title: 'at', of: ({ startedAt }) => startedAt },
      { title: 'waited', of: ({ delayBeforeMs }) => `${String(delayBeforeMs)} ms` },
      { title: 'took', of: (attempt) => `${String(attempt.durationMs)} ms` },
      { title: 'status', of: (attempt) => attempt.statusCode },
      { title: 'class', of: ({ failureClass }) => failureClass },
      { title: 'error', of: (attempt) => attempt.error?.message },
    ],
    paint,
  );
  const bodies = [
    ...(requestData === null ? [] : [paint.dim('request'), printableLines(requestData)]),
    ...(responseData === null ? [] : [paint.dim('response'), printableLines(responseData)]),
  ];
  return [facts, attempts, ...bodies].join('\n\n');
}
