import type { StoredError } from '../../schemas/integration-request.js';
import type { Redactor } from '../redaction/redactor.js';
import { cutText } from './cut-text.js';

/** Options of {@link storedError}. */
export interface StoredErrorOptions {
  readonly redactor: Redactor;
  /** Exact values that must not appear: the credentials of the integration. */
  readonly knownSecrets?: readonly string[];
}

const MAX_MESSAGE = 2000;
const MAX_NAME = 200;
const MAX_TRACE = 4000;
const TRACE_LINES = 10;
// Redaction is linear, but some errors carry a whole response in their message.
const MAX_LOOKED_AT = 16_384;

/** The form in which an error is logged: class, message and the first lines of the stack, without secrets. Never throws. */
export function storedError(error: unknown, options: StoredErrorOptions): StoredError {
  const clean = (text: string) => options.redactor.text(cutText(text, MAX_LOOKED_AT), options);
  const code = property(error, 'code');
  const stack = property(error, 'stack');
  return {
    class: cutText(clean(className(error)), MAX_NAME),
    message: cutText(clean(messageOf(error, options)), MAX_MESSAGE),
    code: typeof code === 'string' ? cutText(clean(code), MAX_NAME) : typeof code === 'number' ? code : null,
    trace: typeof stack === 'string' ? cutText(firstLines(clean(stack)), MAX_TRACE) : null,
  };
}

/** The name, where the error was given one of its own, else that of its class: many classes forget to set the name. */
function className(error: unknown): string {
  if (error === null) return 'null';
  if (typeof error !== 'object') return typeof error;
  const name = property(error, 'name');
  if (typeof name === 'string' && name !== '' && name !== 'Error') return name;
  const constructorName = property(property(error, 'constructor'), 'name');
  return typeof constructorName === 'string' && constructorName !== '' ? constructorName : 'Object';
}

function messageOf(error: unknown, { redactor, knownSecrets }: StoredErrorOptions): string {
  if (typeof error === 'string') return error;
  const message = property(error, 'message');
  if (typeof message === 'string') return message;
  const copy = redactor.value(error, knownSecrets === undefined ? {} : { knownSecrets });
  if (copy === undefined) return typeof error;
  return typeof copy === 'string' ? copy : JSON.stringify(copy);
}

function firstLines(stack: string): string {
  return stack.split('\n', TRACE_LINES).join('\n');
}

/** A property of whatever was thrown; a getter that throws counts as none. */
function property(value: unknown, key: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[key];
  } catch {
    return undefined;
  }
}
