import type { LoggerLike } from '../../lib/types/logger.js';

/** A line as the logger got it. */
export interface LogLine {
  readonly level: keyof LoggerLike;
  readonly message: string;
  readonly meta: Readonly<Record<string, unknown>>;
}

/** A logger that keeps its lines. */
export function memoryLogger(): LoggerLike & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const write =
    (level: keyof LoggerLike): LoggerLike[keyof LoggerLike] =>
    (message, meta = {}) =>
      lines.push({ level, message, meta });
  return { lines, error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') };
}
