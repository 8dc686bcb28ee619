import type { IntegrationRequestFields, RequestAttempt } from 'express-integrations';
import { fit, milliseconds, type Paint } from './terminal.js';

/** The fields of the log that the table shows. */
export type LoggedRequest = Pick<
  IntegrationRequestFields,
  'method' | 'endpoint' | 'statusCode' | 'error' | 'durationMs' | 'providerRequestId' | 'createdAt' | 'attempts'
>;

const widths = { time: 9, call: 44, answer: 8, attempts: 8, took: 9, id: 16 } as const;
type Column = keyof typeof widths;

/** The request log, oldest call first: a line for each call, and one for each attempt of the calls that needed several. */
export function requestTable(requests: readonly LoggedRequest[], startedAt: Date, paint: Paint): string[] {
  const head = row({
    time: 'time',
    call: 'call',
    answer: 'answer',
    attempts: 'attempts',
    took: 'took',
    id: 'upstream id',
  });
  return [paint('quiet', head), ...requests.flatMap((request) => requestLines(request, startedAt, paint))];
}

function requestLines(request: LoggedRequest, startedAt: Date, paint: Paint): string[] {
  const { method, endpoint, createdAt, durationMs, providerRequestId, attempts, error } = request;
  const seconds = (createdAt.getTime() - startedAt.getTime()) / 1000;
  const line = row({
    time: `+${seconds.toFixed(2)} s`,
    call: `${method.padEnd(5)} ${endpoint}`,
    answer: answerOf(request),
    attempts: String(attempts.length),
    took: milliseconds(durationMs ?? 0),
    id: providerRequestId ?? '-',
  });
  const details = attempts.length > 1 ? attempts.map((attempt) => attemptLine(attempt, attempts.length)) : [];
  return [error === null ? line : paint('bad', line), ...details.map((detail) => paint('quiet', detail))];
}

function attemptLine(attempt: RequestAttempt, count: number): string {
  const { number, delayBeforeMs, failureClass, durationMs } = attempt;
  const branch = number === count ? '└' : '├';
  const waited = delayBeforeMs > 0 ? `waited ${milliseconds(delayBeforeMs)}` : 'at once';
  return row({
    call: `${branch} attempt ${String(number)}, ${waited}`,
    answer: answerOf(attempt),
    attempts: failureClass ?? 'ok',
    took: milliseconds(durationMs),
    id: attempt.providerRequestId ?? '-',
  });
}

/** The status; without one, what happened instead. */
export function answerOf({ statusCode, error }: Pick<RequestAttempt, 'statusCode' | 'error'>): string {
  if (statusCode !== null) return String(statusCode);
  return error?.code === 'ATTEMPT_TIMEOUT' ? 'timeout' : String(error?.code ?? '-');
}

function row(cells: Partial<Record<Column, string>>): string {
  const columns = Object.entries(widths) as [Column, number][];
  return columns
    .map(([column, width]) => fit(cells[column] ?? '', width))
    .join(' ')
    .trimEnd();
}
