import winston from 'winston';
import { ambient } from './context.js';
import { createRedactor, type Redactor, type RedactorOptions } from './redaction/redactor.js';
import type { LoggerLike } from './types/logger.js';

/** The fields that tell which integration and operation a log line belongs to; none outside of calls and operations. */
function contextFields(): Record<string, unknown> {
  const { integration, operation } = ambient();
  if (integration === null) return {};
  return {
    integrationId: integration.id,
    provider: integration.provider,
    integrationName: integration.name,
    operation: operation?.operation ?? null,
  };
}

/**
 * The application's own winston logger, as a child whose lines tell which integration and operation they were written
 * for: inside callbacks and operations, not outside. The line's own fields win. Not a format, because winston runs
 * those when its transports have room, which may be within another call.
 */
export function withIntegrationContext(logger: winston.Logger): winston.Logger {
  // winston copies the fields of a child at each line; so that they are those of the moment, they are looked up then.
  const fieldsOfTheMoment = new Proxy<Record<string, unknown>>(
    {},
    {
      ownKeys: () => Reflect.ownKeys(contextFields()),
      getOwnPropertyDescriptor: (_target, key) => Reflect.getOwnPropertyDescriptor(contextFields(), key),
      get: (_target, key): unknown => Reflect.get(contextFields(), key),
    },
  );
  return logger.child(fieldsOfTheMoment);
}

/**
 * A winston format that redacts the lines of the application's own logger as the package redacts its own: values under
 * denied names, and whatever looks like a token, in messages and fields.
 *
 * @param options `extraKeys`: names of further fields whose values are secret.
 */
export function redactingFormat(options: RedactorOptions = {}): winston.Logform.Format {
  const redactor = createRedactor(options);
  return winston.format((line) => {
    const { level, ...fields } = line;
    return Object.assign(line, plainObject(redactor.value(fields)), { level });
  })();
}

const silent: LoggerLike = { error: nothing, warn: nothing, info: nothing, debug: nothing };

function nothing(): void {
  // Log lines end here when the application passed `logger: false`.
}

function defaultLogger(): LoggerLike {
  return winston.createLogger({
    level: 'warn',
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [new winston.transports.Console()],
  });
}

/**
 * The package's own logger: adds the integration in context and redacts, whatever it writes to.
 *
 * @param target The application's logger; false for none; null for winston on the console, warnings and errors.
 */
export function createLogger(target: LoggerLike | false | null, redactor: Redactor): LoggerLike {
  const sink = target === false ? silent : (target ?? defaultLogger());
  const write =
    (level: keyof LoggerLike) =>
    (message: string, meta: Readonly<Record<string, unknown>> = {}): unknown => {
      try {
        return sink[level](redactor.text(message), plainObject(redactor.value({ ...contextFields(), ...meta })));
      } catch {
        // There is nowhere to report it, and no work may fail because it could not be logged.
        return undefined;
      }
    };
  return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') };
}

/** Redaction gives a copy of the same shape, and does not say so in its type. */
function plainObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
