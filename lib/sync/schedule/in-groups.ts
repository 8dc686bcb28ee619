const groupSize = 10;

/** Does something with each, several at once; what fails is thrown when its group is over, and ends it all. */
export async function inGroups<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  for (let first = 0; first < items.length; first += groupSize) {
    const outcomes = await Promise.allSettled(items.slice(first, first + groupSize).map(work));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}
