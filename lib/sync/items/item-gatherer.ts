import type { BatchSender } from './batch-sender.js';
import type { Dispatched } from './new-item.js';

/** Gathers items until they are a batch. */
export interface ItemGatherer {
  add(dispatched: Dispatched): void;
  /** Sends what there is, also if it is few. */
  send(): void;
}

export interface GathererParts {
  readonly batchSize: number;
  readonly sender: BatchSender<readonly Dispatched[]>;
  /** Aborted: the listing is over. */
  readonly signal: AbortSignal;
}

/** So that the items of a slow listing are handled soon. */
const longestStayMs = 250;
/** Beside the number of items, so that a batch can be read at once. */
const mostBytes = 4 * 1024 * 1024;

export function createItemGatherer({ batchSize, sender, signal }: GathererParts): ItemGatherer {
  let waiting: Dispatched[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;

  function send(): void {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length > 0) sender.send(waiting);
    waiting = [];
    bytes = 0;
  }

  function sendInTime(): void {
    // What has failed never has room again, and who ends the listing does not come back for the rest.
    if (signal.aborted) return;
    timer = setTimeout(() => (sender.hasRoom() ? send() : sendInTime()), longestStayMs).unref();
  }

  return {
    send,
    add(dispatched) {
      bytes += dispatched.bytes;
      if (waiting.push(dispatched) >= batchSize || bytes >= mostBytes) send();
      else if (timer === undefined) sendInTime();
    },
  };
}
