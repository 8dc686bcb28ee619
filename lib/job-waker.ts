/** Tells whoever runs jobs that there is something to do. */
export interface JobWaker {
  /** Returns at once and never fails. */
  wake(key: string): void;
  /** Resolves when nobody is being told any more. */
  idle(): Promise<void>;
}

export interface JobWakerParts {
  /** Enqueues the job that is about this key, unless it waits already. */
  readonly enqueue: (key: string) => Promise<void>;
  /** Called where that failed: what nobody was told of has to be found by other means. */
  readonly onFailure: (key: string, error: unknown) => void;
}

/** Who is told is told of all that comes in that time: there may be much in a second. */
const quietMs = 50;

export function createJobWaker({ enqueue, onFailure }: JobWakerParts): JobWaker {
  const underWay = new Map<string, Promise<void>>();
  const wanted = new Set<string>();
  const pauses = createPauses(quietMs);

  async function tell(key: string): Promise<void> {
    // What comes while somebody is told may come too late for him: he is told once more.
    while (wanted.delete(key)) {
      try {
        await enqueue(key);
      } catch (error) {
        onFailure(key, error);
      }
      await pauses.pause();
    }
    underWay.delete(key);
  }

  return {
    wake(key) {
      wanted.add(key);
      if (!underWay.has(key)) underWay.set(key, tell(key));
    },
    idle: () => pauses.without(() => Promise.all(underWay.values())),
  };
}

/** Pauses that nobody who waits has to wait for. */
function createPauses(ms: number) {
  const ends = new Set<() => void>();
  let waiting = 0;
  return {
    async pause(): Promise<void> {
      if (waiting > 0) return;
      await new Promise<void>((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          ends.delete(end);
          resolve();
        };
        const timer = setTimeout(end, ms).unref();
        ends.add(end);
      });
    },
    async without(work: () => Promise<unknown>): Promise<void> {
      waiting += 1;
      for (const end of ends) end();
      await work();
      waiting -= 1;
    },
  };
}
