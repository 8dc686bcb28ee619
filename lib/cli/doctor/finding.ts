/** How bad it is. */
export type Verdict = 'ok' | 'warning' | 'problem';

/** What a check found, and what to do about it. */
export interface Finding {
  readonly verdict: Verdict;
  readonly found: string;
  /** Null: nothing. */
  readonly remedy: string | null;
}

/** A finding with the name of its check. */
export interface NamedFinding extends Finding {
  readonly check: string;
}

/** Looks at one thing in a world; writes nothing. What it throws is a problem. */
export interface Check<World> {
  readonly name: string;
  run(world: World): Promise<readonly Finding[]>;
}

export function ok(found: string): Finding {
  return { verdict: 'ok', found, remedy: null };
}

export function warning(found: string, remedy: string): Finding {
  return { verdict: 'warning', found, remedy };
}

export function problem(found: string, remedy: string): Finding {
  return { verdict: 'problem', found, remedy };
}
