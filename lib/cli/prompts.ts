import { confirm, isCancel, multiselect, password, select, text } from '@clack/prompts';
import { IntegrationError } from '../errors.js';
import type { Streams } from './streams.js';

/** Asks whoever sits at the terminal. Each raises `CLI_CANCELLED` after Ctrl-C or Escape. */
export interface Prompts {
  ask(message: string, options?: AskOptions): Promise<string>;
  /** Shows nothing of what is typed. */
  askSecret(message: string, options?: Pick<AskOptions, 'validate'>): Promise<string>;
  confirm(message: string, options?: { readonly initial?: boolean }): Promise<boolean>;
  /** One of them. */
  choose(message: string, choices: readonly string[]): Promise<string>;
  /** Any of them, none as well. */
  chooseMany(message: string, choices: readonly string[]): Promise<readonly string[]>;
}

export interface AskOptions {
  /** Shown while nothing has been typed. */
  readonly hint?: string;
  /** What is wrong with an answer: it is asked for again. Null: nothing. */
  readonly validate?: (answer: string) => string | null;
}

/** Prompts on standard error, so that results can be piped; null where nobody can answer. */
export function createPrompts({ stdin, stderr }: Streams, signal: AbortSignal): Prompts | null {
  if (!stdin.isTTY || !stderr.isTTY) return null;
  const common = { input: stdin, output: stderr, signal };
  return {
    async ask(message, { hint, validate } = {}) {
      const placeholder = hint !== undefined && { placeholder: hint };
      return textOf(await text({ ...common, message, ...placeholder, validate: validatorOf(validate) }));
    },
    async askSecret(message, { validate } = {}) {
      return textOf(await password({ ...common, message, validate: validatorOf(validate) }));
    },
    async confirm(message, { initial = false } = {}) {
      return answered(await confirm({ ...common, message, initialValue: initial }));
    },
    async choose(message, choices) {
      return answered(await select({ ...common, message, options: choices.map((value) => ({ value })) }));
    },
    async chooseMany(message, choices) {
      const options = choices.map((value) => ({ value }));
      return answered(await multiselect({ ...common, message, options, required: false }));
    },
  };
}

function validatorOf(validate: AskOptions['validate']) {
  return (answer: string | undefined) => validate?.(answer ?? '') ?? undefined;
}

/** Where nothing was typed there may be nothing, whatever the types say. */
function textOf(answer: string | symbol | undefined): string {
  return answered(answer) ?? '';
}

function answered<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (isCancel(answer)) throw new IntegrationError('CLI_CANCELLED', 'Cancelled; nothing was changed.');
  // The one symbol among the answers stands for a cancelled prompt.
  return answer as Exclude<Answer, symbol>;
}
