import type { Capability } from './capabilities.js';
import type { ProviderNames } from './names.js';

/** What is to be written. */
export interface Blueprint extends ProviderNames {
  readonly can: ReadonlySet<Capability>;
  readonly language: 'ts' | 'js';
  readonly runner: 'vitest' | 'node';
}

/** The parts of a text that apply, with a line end each. */
export function lines(...parts: readonly (string | false)[]): string {
  return parts.flatMap((part) => (part === false ? [] : `${part}\n`)).join('');
}

/** The same text, moved to the right by two spaces. */
export function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gmu, '  ');
}
