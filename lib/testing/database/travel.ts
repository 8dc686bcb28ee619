import type { mongo } from 'mongoose';
import type { IntegrationModels } from '../../../schemas/models.js';
import { durableWrite } from '../../durable-write.js';
import { millisecondsOf, type Span } from '../span.js';
import { testedInstance, type InstanceOption } from '../tested-instance.js';
import { driverCollection } from '../../driver-collection.js';
import { movedDate } from './moved-date.js';
import { travelJobs } from './travel-jobs.js';

/**
 * Lets time pass for what is stored: every date in the collections of the instance, jobs included, is moved into the
 * past by that span, so that what would have been due then is due now. No clock is touched: the server's is nobody's to
 * set, and the package measures time-outs and waits of this process by a clock that only goes forward.
 *
 * Not at the same time as calls or jobs: what is being written then may keep its date. What this process remembers by
 * itself (tokens of a document that is already loaded; circuits and limits, for about a second) has not travelled: load
 * documents anew.
 *
 * @returns The span in milliseconds.
 * @throws IntegrationError `OPTIONS_INVALID` for a span that is none, or leads back
 */
export async function travel(span: Span, options: InstanceOption = {}): Promise<number> {
  const ms = millisecondsOf(span);
  const instance = testedInstance(options);
  for (const model of Object.values<AnyModel>({ ...instance.models })) {
    const fields = Object.fromEntries(datePaths(model).map((path) => [path, movedDate(`$${path}`, ms)]));
    if (Object.keys(fields).length > 0) await update(model, fields);
  }
  await update(instance.models.Integration, {
    ...part('tokenRefresh', ['until'], ms),
    ...part('authenticatedUser', ['fetchedAt'], ms),
  });
  await update(instance.models.IntegrationGate, gateFields(ms));
  await travelJobs(instance.agenda, ms);
  return ms;
}

type AnyModel = IntegrationModels[keyof IntegrationModels];

/** Outside of lists, whose documents have a history that nothing waits for. */
function datePaths({ schema }: AnyModel): string[] {
  return Object.entries(schema.paths).flatMap(([path, { instance }]) => (instance === 'Date' ? [path] : []));
}

/** Dates of a part of a document that may be null. */
function part(name: string, dates: readonly string[], ms: number) {
  return { [name]: ifObject(`$${name}`, { $mergeObjects: [`$${name}`, movedIn(`$${name}`, dates, ms)] }) };
}

function movedIn(path: string, dates: readonly string[], ms: number) {
  return Object.fromEntries(dates.map((date) => [date, movedDate(`${path}.${date}`, ms)]));
}

function ifObject(path: string, value: object) {
  return { $cond: [{ $eq: [{ $type: path }, 'object'] }, value, path] };
}

/** Reservations by rate limit, the circuit with its counts by slot of time, and what operators have set. */
function gateFields(ms: number) {
  const slots = {
    $map: { input: '$$entry.v', as: 'slot', in: { $mergeObjects: ['$$slot', movedIn('$$slot', ['t'], ms)] } },
  };
  const begin = { $toString: { $subtract: [{ $toLong: '$$entry.k' }, ms] } };
  const circuit = {
    ...movedIn('$circuit', ['openedAt', 'openUntil', 'probeUntil'], ms),
    b: eachEntry('$circuit.b', { k: begin, v: '$$entry.v' }),
    forced: ifObject('$circuit.forced', {
      $mergeObjects: ['$circuit.forced', movedIn('$circuit.forced', ['until'], ms)],
    }),
  };
  return {
    logs: eachEntry('$logs', { k: '$$entry.k', v: slots }),
    ...part('override', ['until'], ms),
    circuit: ifObject('$circuit', { $mergeObjects: ['$circuit', circuit] }),
  };
}

/** An object with other keys or values. */
function eachEntry(path: string, entry: object) {
  const entries = { $map: { input: { $objectToArray: path }, as: 'entry', in: entry } };
  return ifObject(path, { $arrayToObject: entries });
}

async function update(model: Pick<AnyModel, 'db' | 'collection'>, fields: mongo.Document): Promise<void> {
  await driverCollection(model).updateMany({}, [{ $set: fields }], durableWrite);
}
