import { MongoJobRepository } from '@agendajs/mongo-backend';
import type { Agenda } from 'agenda';
import { durableWrite } from '../../durable-write.js';
import { IntegrationError } from '../../errors.js';
import { movedDate } from './moved-date.js';

const dates = ['nextRunAt', 'lockedAt', 'lastRunAt', 'lastFinishedAt', 'failedAt'] as const;

/**
 * Moves the dates of jobs into the past. @throws IntegrationError `OPTIONS_INVALID` for an Agenda that is not on
 * MongoDB
 */
export async function travelJobs(agenda: Agenda, ms: number): Promise<void> {
  await agenda.ready;
  const { db: repository } = agenda;
  if (!(repository instanceof MongoJobRepository)) {
    throw new IntegrationError('OPTIONS_INVALID', 'travel() needs an Agenda whose jobs are in MongoDB.');
  }
  const fields = Object.fromEntries(dates.map((name) => [name, movedDate(`$${name}`, ms)]));
  // Jobs wait for a time, or for nothing: those of the host's own are moved with ours, as time would.
  await repository.collection.updateMany({}, [{ $set: fields }], durableWrite);
}
