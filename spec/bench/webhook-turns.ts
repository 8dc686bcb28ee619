import { median } from './measure.js';
import type { WebhookAppKind } from './webhook-apps.js';
import type { WebhookContender } from './webhook-contender.js';
import type { FastLoad } from './webhook-load.js';

export interface WebhookRounds extends FastLoad {
  readonly rounds: number;
  /** Each round is cut into as many turns of the contenders, and `deliveries` are those of one turn. */
  readonly turns: number;
}

export interface WebhookFigures {
  /** Acknowledged; median of the rounds. */
  readonly perSecond: number;
  /** Until it was acknowledged, in milliseconds; median of the rounds. */
  readonly p99: number;
}

/** What came of one round. */
interface Round {
  readonly elapsedMs: number;
  readonly latencies: readonly number[];
}

/** The contenders take turns, each time in another order, so that what else the machine does meets them all alike. */
export async function takeTurns(
  contenders: readonly WebhookContender[],
  { rounds, turns, ...load }: WebhookRounds,
): Promise<ReadonlyMap<WebhookAppKind, WebhookFigures>> {
  for (const contender of contenders) await takeTurn(contender, load);
  const all = new Map<WebhookAppKind, Round[]>();
  for (let round = 0; round < rounds; round += 1) {
    const parts = new Map<WebhookAppKind, Round[]>();
    for (let turn = 0; turn < turns; turn += 1) {
      for (const contender of inOrder(contenders, round * turns + turn)) {
        append(parts, contender.kind, await takeTurn(contender, load));
      }
    }
    for (const [kind, of] of parts) append(all, kind, joined(of));
  }
  return new Map([...all].map(([kind, of]) => [kind, figuresOf(of, load.deliveries * turns)]));
}

async function takeTurn(contender: WebhookContender, load: FastLoad): Promise<Round> {
  const { startedAt, endedAt, latencies } = await contender.sendFast(load);
  await contender.settled();
  return { elapsedMs: endedAt - startedAt, latencies };
}

/** Another one goes first each time, and who comes after whom is turned round. */
function inOrder<T>(contenders: readonly T[], turn: number): readonly T[] {
  const first = turn % contenders.length;
  const order = [...contenders.slice(first), ...contenders.slice(0, first)];
  return turn % 2 === 0 ? order : order.toReversed();
}

function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key) ?? [];
  list.push(value);
  lists.set(key, list);
}

function joined(rounds: readonly Round[]): Round {
  return {
    elapsedMs: rounds.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0),
    latencies: rounds.flatMap(({ latencies }) => latencies),
  };
}

function figuresOf(rounds: readonly Round[], deliveries: number): WebhookFigures {
  return {
    perSecond: median(rounds.map(({ elapsedMs }) => (deliveries * 1_000) / elapsedMs)),
    p99: median(rounds.map(({ latencies }) => percentile(latencies, 0.99))),
  };
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
