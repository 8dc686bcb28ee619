import { dayMs } from '../time-units.js';

/** The times that figures are given for, from the shortest to the longest; each holds those before. */
export const statsWindows = ['last24Hours', 'last7Days', 'last30Days'] as const;
/** A time that figures are given for. */
export type StatsWindow = (typeof statsWindows)[number];

const lengthMs = { last24Hours: dayMs, last7Days: 7 * dayMs, last30Days: 30 * dayMs } as const;

export function windowStart(window: StatsWindow, now: number): Date {
  return new Date(now - lengthMs[window]);
}

/** The place, in {@link statsWindows}, of the shortest window that a time is in. */
export function shortestWindow(time: string | object, now: number): object {
  const branches = statsWindows.map((window, index) => ({
    case: { $gte: [time, windowStart(window, now)] },
    then: index,
  }));
  return { $switch: { branches, default: statsWindows.length } };
}

/** What was counted in the shortest window of each, for each window with all that it holds. */
export function perWindow<Row extends { readonly _id: { readonly window: number } }, Figures>(
  rows: readonly Row[],
  figuresOf: (rows: readonly Row[]) => Figures,
): Record<StatsWindow, Figures> {
  const figures = (index: number) => figuresOf(rows.filter(({ _id }) => _id.window <= index));
  return { last24Hours: figures(0), last7Days: figures(1), last30Days: figures(2) };
}
