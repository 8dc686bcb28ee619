import { property } from './cause-chain.js';
import { classNameOf } from './class-name.js';

/** DOM and undici; axios; got and p-cancelable; the SDKs of OpenAI and Anthropic, by their class. */
const names = new Set<unknown>(['AbortError', 'CanceledError', 'CancelError', 'APIUserAbortError']);
const codes = new Set<unknown>(['ABORT_ERR', 'ERR_CANCELED', 'ERR_ABORTED', 'UND_ERR_ABORTED']);

/** Does this link of a cause chain say that somebody gave the call up? */
export function isCancellation(link: unknown): boolean {
  return names.has(property(link, 'name')) || names.has(classNameOf(link)) || codes.has(property(link, 'code'));
}
