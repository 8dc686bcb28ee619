import { isError } from '../../is-error.js';
import { copyData } from '../fakes/copy-data.js';
import { type FakeAnswer, FakeSequence } from '../fakes/fake-response.js';
import { bySpecificity, requestPattern, type RequestPattern } from '../fakes/request-pattern.js';
import { asAnswer } from './encoded-answer.js';
import { Fault } from './faults.js';
import type { UpstreamAnswer, UpstreamRequest } from './upstream-request.js';

/** A route, and how far it has come. */
export interface Route {
  /** What it answers to the next request: a sequence moves on. */
  take(request: UpstreamRequest): Promise<FakeAnswer | Fault>;
  /** What it answered last; null: nothing yet. */
  previous: FakeAnswer | null;
}

/** What an upstream knows, by pattern. */
export interface Routes {
  /** In the place of an earlier answer of the same pattern. */
  set(pattern: string, answer: UpstreamAnswer): void;
  /** The most specific one; null: there is none. */
  find(line: { readonly method: string; readonly endpoint: string }): Route | null;
  readonly patterns: readonly string[];
  clear(): void;
}

export function createRoutes(): Routes {
  const routes = new Map<string, Route & { readonly pattern: RequestPattern }>();
  return {
    set(text, answer) {
      const next = answers(answer);
      const take = async (request: UpstreamRequest) => {
        const made: unknown = await next(request);
        if (isError(made)) throw made;
        return made instanceof Fault ? made : asAnswer(made);
      };
      routes.delete(text);
      routes.set(text, { pattern: requestPattern(text), take, previous: null });
    },
    find(line) {
      const ordered = [...routes.values()].toSorted((one, other) => bySpecificity(one.pattern, other.pattern));
      return ordered.find(({ pattern }) => pattern.matches(line)) ?? null;
    },
    get patterns() {
      return [...routes.keys()];
    },
    clear: () => routes.clear(),
  };
}

function answers(answer: unknown): (request: UpstreamRequest) => unknown {
  if (answer instanceof FakeSequence) {
    const rest = answer.responses.map(answers).values();
    return (request) => rest.next().value?.(request) ?? null;
  }
  if (isFunction(answer)) return answer;
  return () => copyData(answer);
}

function isFunction(answer: unknown): answer is (request: UpstreamRequest) => unknown {
  return typeof answer === 'function';
}
