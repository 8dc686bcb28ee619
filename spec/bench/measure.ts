/** One way to do the same job; called once for each operation. */
export interface Contender {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

export interface Figures {
  readonly name: string;
  /** Median over the rounds, in milliseconds an operation. */
  readonly msPerOperation: number;
  /** Median over the rounds. */
  readonly operationsPerSecond: number;
}

export interface Rounds {
  readonly callers: number;
  readonly operations: number;
  readonly rounds: number;
  /**
   * Each round is cut into as many turns of the contenders: what else the machine does, its disk above all, changes
   * within a second. Many callers need longer turns, because at the end of each some have nothing left to do.
   */
  readonly turns: number;
}

/** Runs the contenders in turn, round by round, so that what else the machine does meets them all alike. */
export async function sideBySide(contenders: readonly Contender[], rounds: Rounds): Promise<Figures[]> {
  const operations = Math.ceil(rounds.operations / rounds.turns);
  for (const { run } of contenders) await drive(run, { ...rounds, operations: operations * 2 });
  const elapsed = new Map(contenders.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < rounds.rounds; round += 1) {
    const totals = new Map<string, number>();
    for (let turn = 0; turn < rounds.turns; turn += 1) {
      for (const { name, run } of rotated(contenders, turn)) {
        totals.set(name, (totals.get(name) ?? 0) + (await drive(run, { ...rounds, operations })));
      }
    }
    for (const [name, total] of totals) elapsed.get(name)?.push(total / rounds.turns);
  }
  return contenders.map(({ name }) => {
    const total = median(elapsed.get(name) ?? []);
    return { name, msPerOperation: total / operations, operationsPerSecond: (operations / total) * 1000 };
  });
}

/** None always comes after the same other, which may leave the machine busy or idle. */
function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

/** Milliseconds that so many callers need for so many operations. */
export async function drive(
  run: () => Promise<unknown>,
  { callers, operations }: Pick<Rounds, 'callers' | 'operations'>,
): Promise<number> {
  let left = operations;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (left > 0) {
        left -= 1;
        await run();
      }
    }),
  );
  return performance.now() - started;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Two digits after the point are more than such a measurement is worth. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
