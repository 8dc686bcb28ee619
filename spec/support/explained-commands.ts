import type { Connection, mongo } from 'mongoose';

/** What one command of the package makes the server do. */
export interface ExplainedCommand {
  readonly name: string;
  readonly collection: string;
  /** The filter, for a message. */
  readonly filter: unknown;
  readonly scansCollection: boolean;
  readonly examined: number;
  /** Entries of indexes that were looked at. */
  readonly keys: number;
  /** Documents returned, counted, or chosen for an update or a deletion. */
  readonly found: number;
}

const explainable = ['find', 'count', 'aggregate', 'distinct', 'findAndModify', 'update', 'delete'];

// Of the session, the driver and the API: explain has its own.
const surroundings = ['lsid', '$db', '$clusterTime', 'txnNumber', '$readPreference', 'writeConcern', 'readConcern'];

/**
 * Explains every command that `work` sends over the connection, which must have been opened with `monitorCommands`. The
 * commands are explained after they ran, as the server would run them again: `work` must leave what it looks for.
 */
export async function explainCommands(
  connection: Connection,
  work: () => Promise<unknown>,
): Promise<ExplainedCommand[]> {
  const client = connection.getClient();
  const sent: mongo.Document[] = [];
  const note = ({ commandName, command }: mongo.CommandStartedEvent): void => {
    if (explainable.includes(commandName)) sent.push(...singly(command));
  };
  client.on('commandStarted', note);
  try {
    await work();
  } finally {
    client.off('commandStarted', note);
  }
  return Promise.all(sent.map((command) => explain(connection, command)));
}

/** The server explains one update at a time. */
function singly(command: mongo.Document): mongo.Document[] {
  const updates: unknown = command.updates;
  return Array.isArray(updates) ? updates.map((update: unknown) => ({ ...command, updates: [update] })) : [command];
}

/** A stage of a plan, as far as it matters here. */
interface PlanStage {
  readonly stage: string;
  readonly nMatched?: number;
  readonly nWouldDelete?: number;
  readonly nCounted?: number;
  readonly nReturned?: number;
  readonly inputStage?: PlanStage;
  readonly inputStages?: readonly PlanStage[];
}

interface ExecutionStats {
  readonly nReturned: number;
  readonly totalDocsExamined: number;
  readonly totalKeysExamined: number;
  readonly executionStages: PlanStage;
}

/** The plan of an aggregation may stand in a `$cursor` stage. */
interface Plan {
  readonly executionStats?: ExecutionStats;
  readonly stages?: readonly { readonly $cursor?: { readonly executionStats: ExecutionStats } }[];
}

async function explain(connection: Connection, sent: mongo.Document): Promise<ExplainedCommand> {
  const command = Object.fromEntries(Object.entries(sent).filter(([key]) => !surroundings.includes(key)));
  const [name = '', collection] = Object.entries(command)[0] ?? [];
  const plan: Plan = await connection.db!.command({ explain: command, verbosity: 'executionStats' });
  const stats = plan.executionStats ?? plan.stages?.[0]?.$cursor?.executionStats;
  if (stats === undefined) throw new Error(`The server explained no execution of ${name}`);
  const stages = withInputs(stats.executionStages);
  return {
    name,
    collection: String(collection),
    filter: command.filter ?? command.query ?? command.updates ?? command.deletes ?? command.pipeline,
    scansCollection: stages.some(({ stage }) => stage === 'COLLSCAN'),
    examined: stats.totalDocsExamined,
    keys: stats.totalKeysExamined,
    found: Math.max(stats.nReturned, ...stages.map(foundBy)),
  };
}

/** Writes and counts return no documents, and groups others than they found. */
function foundBy({ stage, inputStage, nMatched = 0, nWouldDelete = 0, nCounted = 0 }: PlanStage): number {
  const grouped = stage.toLowerCase() === 'group' ? (inputStage?.nReturned ?? 0) : 0;
  return Math.max(nMatched, nWouldDelete, nCounted, grouped);
}

function withInputs(stage: PlanStage): PlanStage[] {
  const { inputStage, inputStages = [] } = stage;
  const inputs = inputStage === undefined ? inputStages : [inputStage, ...inputStages];
  return [stage, ...inputs.flatMap(withInputs)];
}
