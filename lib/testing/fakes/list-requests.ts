import type { RecordedRequest } from './request-recorder.js';

/** Lines of a message that still get read. */
const maxLines = 30;

/** Lists requests for a message, equal ones on one line: method, endpoint, provider, attempts; no data, no headers. */
export function listRequests(recorded: readonly RecordedRequest[]): string {
  if (recorded.length === 0) return 'Nothing was requested.';
  const counts = new Map<string, number>();
  for (const line of recorded.map(describe)) counts.set(line, (counts.get(line) ?? 0) + 1);
  const lines = [...counts].map(([line, times]) => `  ${line}${times === 1 ? '' : ` × ${String(times)}`}`);
  const left = lines.length - maxLines;
  const shown = left > 0 ? [...lines.slice(0, maxLines), `  and ${String(left)} more`] : lines;
  return ['Requested:', ...shown].join('\n');
}

function describe({ label, request: { attempts } }: RecordedRequest): string {
  return attempts === 1 ? label : `${label}, ${String(attempts)} attempts`;
}
