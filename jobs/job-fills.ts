import { isError } from '../lib/is-error.js';

/** Takes jobs of a name as long as there are more, never twice at once for the same name. */
export interface JobFills {
  /** Resolves when there is no more to take, or no room. Called meanwhile, it looks once more at the end. */
  fill(name: string): Promise<void>;
  /** Resolves when nothing is being taken. */
  idle(): Promise<unknown>;
}

interface Fill {
  done: Promise<void>;
  /** How often it was asked for while it was under way. */
  asked: number;
}

/**
 * @param takeOne Whether it is worth asking for another one.
 * @param onTrouble Told when jobs can't be taken, and again when they can (null).
 */
export function createJobFills(
  takeOne: (name: string) => Promise<boolean>,
  onTrouble: (error: Error | null) => void,
): JobFills {
  const fills = new Map<string, Fill>();

  async function takeAll(name: string, own: Fill): Promise<void> {
    try {
      let isWorthwhile = true;
      while (isWorthwhile) {
        const asked = own.asked;
        // Asked again while the answer was on its way, it may have missed something.
        isWorthwhile = (await takeOne(name)) || own.asked > asked;
      }
      onTrouble(null);
    } catch (error) {
      onTrouble(isError(error) ? error : new Error(String(error)));
    } finally {
      fills.delete(name);
    }
  }

  return {
    fill(name) {
      const underWay = fills.get(name);
      if (underWay !== undefined) {
        underWay.asked += 1;
        return underWay.done;
      }
      const own: Fill = { done: Promise.resolve(), asked: 0 };
      fills.set(name, own);
      own.done = takeAll(name, own);
      return own.done;
    },
    idle: () => Promise.all([...fills.values()].map(({ done }) => done)),
  };
}
