import fc from 'fast-check';
import { checkAnswers, kindOf } from './check-answers.js';
import { createFuzzConnection, type FuzzConnection } from './connection.js';
import type { Ledger } from './ledger.js';
import { exchangePlans, type ExchangePlan } from './plans.js';
import type { FuzzWorld } from './targets.js';
import { deliveryIdOf, wireRequest, type WireRequest } from './wire.js';

/** What all connections share. */
export interface FuzzRun {
  readonly world: FuzzWorld;
  readonly seed: number;
  readonly ledger: Ledger;
  /** Answers by their kind. */
  readonly answers: Map<string, number>;
  /** What each connection has sent and got no good answer to yet. */
  readonly inFlight: Map<number, readonly WireRequest[]>;
  readonly onExchange: () => void;
  /** The number of the last request. */
  lastRun: number;
  /** The connection that found something: it goes on alone, to make it small. */
  finder: number | null;
  failure: string | null;
}

/** Sends so many requests, one exchange after the other, on a connection of its own. */
export async function fuzzLane(run: FuzzRun, lane: number, share: number): Promise<void> {
  const connection = createFuzzConnection(run.world.port);
  const sender = createSender(run, lane, connection);
  let failing: readonly WireRequest[] = [];
  let sent = 0;
  const property = fc.asyncProperty(exchangePlans, async (plan) => {
    if (run.failure !== null || (run.finder ?? lane) !== lane) return;
    if (sent >= share && run.finder === null) return;
    const requests = sender.prepare(plan);
    sent += requests.length;
    try {
      await sender.send(requests);
    } catch (error) {
      run.finder ??= lane;
      if (run.finder !== lane) return;
      failing = requests;
      throw error;
    }
  });
  const found = await fc.check(property, { seed: run.seed * 1_000 + lane, numRuns: share });
  connection.close();
  if (!found.failed) return;
  const error = found.errorInstance instanceof Error ? found.errorInstance.message : String(found.errorInstance);
  run.failure ??= `${error}\nSeed ${run.seed}, connection ${lane}, path ${found.counterexamplePath}:\n${failing.map(shown).join('\n')}`;
}

function createSender(run: FuzzRun, lane: number, connection: FuzzConnection) {
  let lastId: string | null = null;
  return {
    /** Ends with the first that leaves the connection in an unknown state. */
    prepare(plan: ExchangePlan): readonly WireRequest[] {
      const requests: WireRequest[] = [];
      // Those of one exchange overtake each other: only a later one repeats their ids.
      const earlierId = lastId;
      for (const one of plan) {
        run.lastRun += 1;
        const numbers = { run: run.lastRun, earlierId, now: Date.now() };
        const request = wireRequest(one, run.world, numbers);
        requests.push(request);
        lastId = deliveryIdOf(one, numbers) ?? lastId;
        // Where node takes offence at a request, it also gives up those before it.
        if (!request.isOrderly) return requests.map((each) => ({ ...each, isOrderly: false, expects: null }));
      }
      return requests;
    },
    async send(requests: readonly WireRequest[]): Promise<void> {
      run.inFlight.set(lane, requests);
      run.ledger.noteSent(requests);
      const exchanged = await connection.exchange(requests).catch((error: unknown) => {
        if (isRefused(error)) run.failure ??= `The server is gone, with these under way:\n${allShown(run.inFlight)}`;
        else throw error;
        return null;
      });
      if (exchanged === null) return;
      for (const kind of exchanged.answers.map(kindOf)) run.answers.set(kind, (run.answers.get(kind) ?? 0) + 1);
      run.ledger.noteAnswers(requests, exchanged.answers);
      checkAnswers(requests, exchanged);
      run.inFlight.delete(lane);
      run.onExchange();
    },
  };
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
}

function allShown(inFlight: ReadonlyMap<number, readonly WireRequest[]>): string {
  return [...inFlight.values()].flat().map(shown).join('\n');
}

/** What was sent, as text. */
function shown({ run, end, pieces }: WireRequest): string {
  const text = Buffer.concat([...pieces]).toString('latin1');
  const cut = text.length > 3_000 ? `${text.slice(0, 3_000)}… (${text.length} bytes)` : text;
  return `--- request ${run}, ${pieces.length} pieces, end: ${end}\n${JSON.stringify(cut)}`;
}
