import { readFileSync } from 'node:fs';
import { signatureSchemes, type SignatureScheme } from '../../lib/index.js';

/** One of the vectors; which members it has, depends on what it is of. */
export interface Vector {
  readonly id: string;
  readonly scheme: string;
  readonly secret?: string;
  readonly username?: string;
  readonly password?: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly params?: Record<string, string | string[]>;
  readonly method?: string;
  readonly url?: string;
  readonly query?: string;
  readonly now?: number;
  readonly toleranceSeconds?: number;
  readonly expectValid?: boolean;
  readonly request?: object;
  readonly response?: object;
  readonly responseBody?: string;
}

const file = new URL('../lib/webhooks/signatures/webhook-vectors.json', import.meta.url);
/** The published vectors of signatures, and of challenges. */
export const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector[] };
export const isScheme = (name: string): name is SignatureScheme =>
  (signatureSchemes as readonly string[]).includes(name);
