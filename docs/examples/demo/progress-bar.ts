import { Presets, SingleBar } from 'cli-progress';
import type { SyncProgress } from 'express-integrations';

/** Shows how far a sync has come. */
export interface ProgressBar {
  update(progress: SyncProgress): void;
  end(): void;
}

/** A bar on a terminal, a line now and then for everything else. */
export function createProgressBar(stream: NodeJS.WriteStream, print: (line: string) => void): ProgressBar {
  return stream.isTTY ? barOn(stream) : lines(print);
}

function barOn(stream: NodeJS.WriteStream): ProgressBar {
  const bar = new SingleBar(
    { stream, format: '   {bar} {value} of {total} issues, {rate} a second, {left} s left', hideCursor: true },
    Presets.shades_classic,
  );
  return {
    update(progress) {
      const figures = { rate: rateOf(progress), left: Math.ceil(progress.etaSeconds ?? 0) };
      if (!bar.isActive) bar.start(totalOf(progress), progress.done, figures);
      bar.setTotal(totalOf(progress));
      bar.update(progress.done, figures);
    },
    end: () => bar.stop(),
  };
}

function lines(print: (line: string) => void): ProgressBar {
  return {
    update(progress) {
      const { done } = progress;
      print(`   ${String(done)} of ${String(totalOf(progress))} issues, ${String(rateOf(progress))} a second`);
    },
    end: () => undefined,
  };
}

function totalOf({ total, listed }: SyncProgress): number {
  return total ?? listed;
}

function rateOf({ ratePerSecond }: SyncProgress): number {
  return Math.round(ratePerSecond ?? 0);
}
