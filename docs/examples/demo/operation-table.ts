import type { IntegrationLogFields } from 'express-integrations';
import { answerOf } from './request-table.js';
import { fit, milliseconds, plural, type Paint } from './terminal.js';

/** The fields of the log that the table shows. */
export type LoggedOperation = Pick<
  IntegrationLogFields,
  'operation' | 'status' | 'summary' | 'durationMs' | 'requests' | 'requestCount'
>;

/** The operation log: a line for each operation, and one for each call made in its course. */
export function operationTable(operations: readonly LoggedOperation[], paint: Paint): string[] {
  return operations.flatMap((operation) => {
    const { status, summary, durationMs, requestCount, requests } = operation;
    const took = `${plural(requestCount, 'call')} in ${milliseconds(durationMs ?? 0)}`;
    const line = `${fit(operation.operation, 9)} ${fit(status, 10)} ${fit(summary ?? '', 50)} ${took}`;
    const calls = requests.map(({ method, endpoint, statusCode, durationMs }, index) => {
      const branch = index === requests.length - 1 ? '└' : '├';
      const answer = answerOf({ statusCode, error: null });
      return `${' '.repeat(10)}${branch} ${method} ${fit(endpoint, 44)} ${answer} in ${milliseconds(durationMs)}`;
    });
    return [paint(status === 'failed' ? 'bad' : 'good', line), ...calls.map((call) => paint('quiet', call))];
  });
}
