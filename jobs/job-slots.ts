/** How many jobs of each name run at once in this process. */
export interface JobSlots {
  /** Takes one, if there is one left; the function that comes back gives it back. */
  take(name: string, limit: number): (() => void) | null;
  /** How many are taken. */
  taken(): number;
}

export function createJobSlots(): JobSlots {
  const byName = new Map<string, number>();
  const taken = (name: string) => byName.get(name) ?? 0;
  return {
    take(name, limit) {
      if (taken(name) >= limit) return null;
      byName.set(name, taken(name) + 1);
      return () => void byName.set(name, taken(name) - 1);
    },
    taken: () => [...byName.values()].reduce((sum, count) => sum + count, 0),
  };
}
