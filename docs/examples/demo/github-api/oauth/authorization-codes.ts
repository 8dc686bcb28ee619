import { createHash, randomBytes } from 'node:crypto';
import type { Authorization } from './issued-tokens.js';
import type { RegisteredApp } from './registered-app.js';

/** What is sent to have a code exchanged. */
export type CodeExchange = Readonly<Partial<Record<'code' | 'redirect_uri' | 'code_verifier', string>>>;

interface CodeFacts extends Authorization {
  readonly redirectUri: string;
  /** PKCE, S256; undefined: without. */
  readonly challenge: string | undefined;
}

/** Codes work once. */
export class AuthorizationCodes {
  readonly #codes = new Map<string, CodeFacts>();

  issue(facts: CodeFacts): string {
    const code = randomBytes(10).toString('hex');
    this.#codes.set(code, facts);
    return code;
  }

  /** What the code stands for, where the exchange is of who began it. */
  take(app: RegisteredApp, { code = '', redirect_uri, code_verifier = '' }: CodeExchange): Authorization | undefined {
    const facts = this.#codes.get(code);
    this.#codes.delete(code);
    if (facts?.app !== app) return undefined;
    if (redirect_uri !== undefined && redirect_uri !== facts.redirectUri) return undefined;
    const hash = createHash('sha256').update(code_verifier).digest('base64url');
    return facts.challenge === undefined || facts.challenge === hash ? facts : undefined;
  }
}
