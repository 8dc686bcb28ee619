import type { IntegrationSyncItemFields } from '../../../schemas/integration-sync-item.js';
import { createItemHandler, type ItemHandlerParts } from './item-handler.js';
import type { Leftovers } from './leftovers.js';

type Item = IntegrationSyncItemFields;

export interface PageWorkParts extends ItemHandlerParts {
  /** Items at once. */
  readonly concurrency: number;
  /** Whether another item may begin; a promise where it takes asking, which never rejects. */
  readonly mayStart: () => boolean | Promise<boolean>;
  /** Counts a crash of the process before it happens. */
  readonly suspect: (ids: readonly Item['_id'][]) => Promise<void>;
}

/** Handles items of a batch until they are done, or no other may begin. */
export interface PageWork {
  run(items: readonly Item[]): Promise<void>;
  /** One of them may have killed a process: marks them before they run, so that it can be told which one it was. */
  runCarefully(items: readonly Item[]): Promise<void>;
}

const mostCrashes = 3;

export function createPageWork(parts: PageWorkParts): PageWork {
  const { runner, results, leftovers, concurrency, mayStart, now } = parts;
  const handle = createItemHandler(parts);

  async function handleGroup(group: readonly Item[]): Promise<void> {
    for (const item of group.filter(isHopeless)) await results.add(runner.crashed(item));
    const hopeful = group.filter((item) => !isHopeless(item));
    if (hopeful.length > 0) await parts.suspect(hopeful.map(({ _id }) => _id));
    await Promise.all(hopeful.map(handle));
    await results.flush();
  }

  return {
    async run(items) {
      const queue = dueNow(items, leftovers, now()).values();
      const lane = async (): Promise<void> => {
        for (const item of queue) {
          const may = mayStart();
          if (may !== true && !(await may)) return;
          await handle(item);
        }
      };
      await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, lane));
    },
    async runCarefully(items) {
      for (const group of groupsOf(dueNow(items, leftovers, now()), concurrency)) {
        if (!(await mayStart())) return;
        await handleGroup(group);
      }
    },
  };
}

function isHopeless({ crashes }: Item): boolean {
  return crashes >= mostCrashes;
}

/** Those that may run; what was put off before comes last, so that it does not hold back the others once more. */
function dueNow(items: readonly Item[], leftovers: Leftovers, now: number): Item[] {
  const isDue = ({ availableAt }: Item) => availableAt === null || availableAt.getTime() <= now;
  for (const item of items) if (!isDue(item)) leftovers.postpone(item._id, item.availableAt?.getTime() ?? 0);
  const due = items.filter(isDue);
  const wasPutOff = ({ deferredSince }: Item) => deferredSince !== null;
  return due.some(wasPutOff) ? [...due.filter((item) => !wasPutOff(item)), ...due.filter(wasPutOff)] : due;
}

/** Who is under suspicion runs alone, and first: the others might die with it. */
function groupsOf(items: readonly Item[], size: number): Item[][] {
  const innocent = items.filter(({ crashes }) => crashes === 0);
  const groups = items.filter(({ crashes }) => crashes > 0).map((item) => [item]);
  for (let first = 0; first < innocent.length; first += size) groups.push(innocent.slice(first, first + size));
  return groups;
}
