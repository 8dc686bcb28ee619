/** Does something with each, so many at once; what comes back is in the order of the items. The first failure ends it. */
export async function inLanes<Item, Result>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Map<number, Result>();
  const rest = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of rest) results.set(index, await work(item));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return [...results.entries()].sort(([a], [b]) => a - b).map(([, result]) => result);
}
