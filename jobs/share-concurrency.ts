import type { JobDefinition } from '../lib/types/job-queue.js';

/**
 * How many jobs of each name may run at once: what the definitions ask for, less where that were more than `most`
 * altogether; the greediest give way first. At least one of each, because jobs wait for jobs of other names.
 */
export function shareConcurrency(
  definitions: readonly Pick<JobDefinition, 'name' | 'concurrency'>[],
  most: number,
): ReadonlyMap<string, number> {
  const shares = new Map(definitions.map(({ name, concurrency }) => [name, concurrency]));
  const sum = () => [...shares.values()].reduce((total, share) => total + share, 0);
  while (sum() > most) {
    const [name, share] = [...shares].reduce((greediest, next) => (next[1] > greediest[1] ? next : greediest));
    if (share <= 1) break;
    shares.set(name, share - 1);
  }
  return shares;
}
