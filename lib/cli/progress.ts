import { Presets, SingleBar } from 'cli-progress';

/** How far something long has come. */
export interface Progress {
  /** @param total Of what is known now; may grow. Null: nobody knows. */
  update(done: number, total: number | null): void;
  end(): void;
}

/** So often a line is written where there is no terminal, at most. */
const lineEveryMs = 5_000;

/** A bar on a terminal; elsewhere a line now and then, so that the log of a cron job shows where it stands. */
export function createProgress(stream: NodeJS.WriteStream, label: string): Progress {
  return stream.isTTY ? bar(stream, label) : lines(stream, label);
}

/** Shows nothing. */
export const noProgress: Progress = { update: () => undefined, end: () => undefined };

function bar(stream: NodeJS.WriteStream, label: string): Progress {
  const format = `${label} {bar} {value} of {total}, {duration_formatted}`;
  const single = new SingleBar({ stream, format, hideCursor: true, clearOnComplete: false }, Presets.shades_classic);
  return {
    update(done, total) {
      const known = Math.max(done, total ?? done);
      if (!single.isActive) single.start(known, done);
      single.setTotal(known);
      single.update(done);
    },
    end: () => single.stop(),
  };
}

function lines(stream: NodeJS.WriteStream, label: string): Progress {
  let writtenAt = 0;
  return {
    update(done, total) {
      if (Date.now() - writtenAt < lineEveryMs) return;
      writtenAt = Date.now();
      stream.write(`${label}: ${String(done)}${total === null ? '' : ` of ${String(total)}`}\n`);
    },
    end: () => undefined,
  };
}
