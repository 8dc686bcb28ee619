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
}

/** Runs the contenders in turn, round by round, so that what else the machine does meets them all alike. */
export async function sideBySide(contenders: readonly Contender[], rounds: Rounds): Promise<Figures[]> {
  for (const { run } of contenders) await drive(run, { ...rounds, operations: Math.ceil(rounds.operations / 5) });
  const elapsed = new Map(contenders.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < rounds.rounds; round += 1) {
    for (const { name, run } of contenders) elapsed.get(name)?.push(await drive(run, rounds));
  }
  return contenders.map(({ name }) => {
    const total = median(elapsed.get(name) ?? []);
    return {
      name,
      msPerOperation: total / rounds.operations,
      operationsPerSecond: (rounds.operations / total) * 1000,
    };
  });
}

/** Milliseconds that so many callers need for so many operations. */
export async function drive(
  run: () => Promise<unknown>,
  { callers, operations }: Omit<Rounds, 'rounds'>,
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
