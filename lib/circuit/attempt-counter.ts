import type { IntegrationDocument } from '../../schemas/integration.js';
import type { StoredCircuit } from '../../schemas/integration-gate.js';
import type { GateViews } from '../gates/gate-views.js';
import type { Patience } from '../patience.js';
import { createRecentValues } from '../recent-values.js';
import type { LoggerLike } from '../types/logger.js';
import { withinTime } from '../within-time.js';
import type { CircuitNotices } from './circuit-notices.js';
import type { CircuitQueries } from './circuit-queries.js';
import { initialCircuit } from './circuit-state.js';
import type { CircuitStrategy, Tally } from './circuit-strategy.js';
import { createJoinedRuns } from './joined-runs.js';
import { takeIn } from './take-in.js';

export interface AttemptCounterParts {
  readonly queries: CircuitQueries;
  readonly views: GateViews;
  readonly strategy: CircuitStrategy;
  readonly cooldownMs: number;
  readonly notices: CircuitNotices;
  readonly logger: LoggerLike;
  readonly patiently: Patience;
}

/** Counts what becomes of attempts while circuits are closed, and opens them. */
export interface AttemptCounter {
  /**
   * Takes in the result of an attempt that was let through in that epoch; never rejects. Resolves at once, or, where
   * the circuit may open by it, when that is decided.
   */
  count(integration: IntegrationDocument, epoch: number, result: 'answered' | 'failed'): Promise<void>;
  /** Resolves when all that is on its way to the database has arrived. */
  idle(): Promise<void>;
}

/** What is counted of one integration. */
interface Counting {
  /** Of the latest call that there is to tell of, for the event; null: all is told. Documents are not kept for longer. */
  integration: IntegrationDocument | null;
  readonly epoch: number;
  readonly tally: Tally;
  /** Failures that the database has not confirmed: what is known of the circuit lacks them. */
  unconfirmed: number;
  readonly tell: () => Promise<void>;
}

const mostCountings = 10_000;
const counted = Promise.resolve();
/** Others are told of meanwhile where it takes longer: the connection may be dead without saying so. */
const longestTellMs = 10_000;

export function createAttemptCounter(parts: AttemptCounterParts): AttemptCounter {
  const { views, strategy, patiently } = parts;
  const countings = createRecentValues<Counting>(mostCountings);
  const onTheirWay = new Set<Promise<void>>();

  function countingOf(gateId: string, epoch: number): Counting {
    const known = countings.get(gateId);
    if (known?.epoch === epoch) return known;
    const tell = createJoinedRuns(() => tellDatabase(parts, counting));
    const counting: Counting = { integration: null, epoch, tally: strategy.createTally(), unconfirmed: 0, tell };
    countings.set(gateId, counting);
    return counting;
  }

  function follow(told: Promise<void>): Promise<void> {
    if (onTheirWay.has(told)) return told;
    onTheirWay.add(told);
    void told.finally(() => onTheirWay.delete(told));
    return told;
  }

  return {
    count(integration, epoch, result) {
      const gateId = integration._id.toHexString();
      const view = views.known(gateId);
      const circuit = view?.circuit ?? initialCircuit;
      // What began before the circuit opened comes too late to say anything.
      if (!isCounting(circuit, epoch)) return counted;
      const counting = countingOf(gateId, epoch);
      const now = view?.now() ?? 0;
      if (!counting.tally.note(result, circuit, now)) return counted;
      counting.integration = integration;
      if (result === 'failed') counting.unconfirmed += 1;
      const told = follow(counting.tell());
      if (result === 'answered') return counted;
      const mayOpen = counting.unconfirmed + strategy.failuresIn(circuit, now) >= strategy.fewestFailures;
      return mayOpen ? patiently(told, undefined) : counted;
    },
    async idle() {
      await Promise.all(onTheirWay);
    },
  };
}

function isCounting(circuit: StoredCircuit, epoch: number): boolean {
  return circuit.state === 'closed' && circuit.epoch === epoch;
}

/** Never rejects: what could not be told is not counted. */
async function tellDatabase(parts: AttemptCounterParts, counting: Counting): Promise<void> {
  const { integration } = counting;
  // Who comes now is told of by the next run.
  counting.integration = null;
  if (integration === null) return;
  try {
    const told = tellCounts(parts, counting, integration).then(() => true);
    if (!(await withinTime(told, longestTellMs, false))) throw new Error('The database did not answer in time.');
  } catch (error) {
    const integrationId = integration._id.toHexString();
    parts.logger.warn('Attempts could not be counted by the circuit.', { integrationId, error });
  }
}

async function tellCounts(
  parts: AttemptCounterParts,
  counting: Counting,
  integration: IntegrationDocument,
): Promise<void> {
  const { queries, views, strategy } = parts;
  const { epoch, tally } = counting;
  const gateId = integration._id.toHexString();
  const view = await viewWithCircuit(parts, integration);
  const circuit = view?.circuit ?? initialCircuit;
  const update = tally.take(circuit, view?.now() ?? 0);
  const told = counting.unconfirmed;
  try {
    if (view === null || update === null || !isCounting(circuit, epoch)) return;
    const reply = await queries.addCounts(gateId, epoch, update);
    const counted = takeIn(views, gateId, reply);
    if (counted === null || reply === null) return;
    if (strategy.isReached(counted, reply.serverTime.getTime())) await openCircuit(parts, integration, epoch);
  } finally {
    counting.unconfirmed -= told;
  }
}

/** The circuit as it is known, made where it is missing: only then there is a clock to count by. */
async function viewWithCircuit({ queries, views }: AttemptCounterParts, { _id }: IntegrationDocument) {
  const gateId = _id.toHexString();
  const known = views.known(gateId);
  if (known !== null && known.circuit !== null) return known;
  takeIn(views, gateId, await queries.ensure(_id));
  return views.known(gateId);
}

/** Whoever's update fits has opened it, and tells. */
async function openCircuit(
  { queries, views, cooldownMs, strategy, notices }: AttemptCounterParts,
  integration: IntegrationDocument,
  epoch: number,
): Promise<void> {
  const gateId = integration._id.toHexString();
  const reply = await queries.open(gateId, epoch, cooldownMs);
  if (takeIn(views, gateId, reply) !== null) await notices.opened(integration, strategy.reason);
}
