/** What the package needs of a logger: winston's, pino's wrapped, console, or the application's own. */
export interface LoggerLike {
  error(message: string, meta?: Readonly<Record<string, unknown>>): unknown;
  warn(message: string, meta?: Readonly<Record<string, unknown>>): unknown;
  info(message: string, meta?: Readonly<Record<string, unknown>>): unknown;
  debug(message: string, meta?: Readonly<Record<string, unknown>>): unknown;
}
