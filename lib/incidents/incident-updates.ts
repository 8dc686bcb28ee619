import type { mongo, Types } from 'mongoose';
import { incidentSeverities, incidentSources } from '../../schemas/integration-incident.js';
import type { IncidentSeverity, IncidentSource } from '../../schemas/integration-incident.js';

type Expression = mongo.Document | string;
type Pipeline = mongo.Document[];

const noSources = Object.fromEntries(incidentSources.map((source) => [source, null]));
const allSources = incidentSources.map((source) => `$sources.${source}`);
const worstFirst = [...incidentSeverities].reverse();

/**
 * Something is wrong: opens the incident, or goes on with the one that is open.
 *
 * @param id Of a new incident. Made by the process, which recognises by it that the incident is the one it opened.
 */
export function raised(id: Types.ObjectId, source: IncidentSource, severity: IncidentSeverity): Pipeline {
  const firstTime = (path: string, value: unknown) => ({ [path]: { $ifNull: [`$${path}`, value] } });
  return [
    {
      $set: {
        ...firstTime('_id', id),
        ...firstTime('openedAt', '$$NOW'),
        ...firstTime('createdAt', '$$NOW'),
        sources: { $mergeObjects: [noSources, '$sources', { [source]: severity }] },
        lastSignalAt: '$$NOW',
        updatedAt: '$$NOW',
        closedAt: null,
        closeReason: null,
      },
    },
    { $set: { severity: worst(allSources) } },
    { $set: { peakSeverity: worst(['$severity', '$peakSeverity']) } },
  ];
}

/** One thing is well again: closes the incident where it was the last. A closed one keeps the severity it ended with. */
export function cleared(source: IncidentSource): Pipeline {
  const worstLeft = { severity: { $ifNull: [worst(allSources), '$severity'] } };
  const isOver = { $eq: [worst(allSources), null] };
  return [
    { $set: { [`sources.${source}`]: null, lastSignalAt: '$$NOW', updatedAt: '$$NOW' } },
    { $replaceWith: { $mergeObjects: ['$$ROOT', worstLeft, { $cond: [isOver, closedBecause('recovered'), {}] }] } },
  ];
}

/** The fields of an incident that is over. */
export function closedBecause(closeReason: 'recovered' | 'stale'): mongo.Document {
  return { status: 'closed', closedAt: '$$NOW', closeReason, updatedAt: '$$NOW' };
}

/** The worst of some severities; null where all are null or missing. */
function worst(severities: readonly Expression[]): mongo.Document {
  const branches = worstFirst.map((severity) => ({ case: { $in: [severity, severities] }, then: severity }));
  return { $switch: { branches, default: null } };
}
