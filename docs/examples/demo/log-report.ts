import type { IntegrationDocument } from 'express-integrations';
import { operationTable } from './operation-table.js';
import { requestTable } from './request-table.js';
import { plural, type Paint } from './terminal.js';

/** What the log holds of an integration, as a person wants to read it. Times are counted from its creation. */
export async function logReport(integration: IntegrationDocument, paint: Paint): Promise<string[]> {
  const requests = await integration.requests().sort({ createdAt: 1 }).limit(100).lean();
  const operations = await integration.logs().sort({ createdAt: 1 }).limit(100).lean();
  return [
    paint('title', `Request log: ${plural(requests.length, 'call')}`),
    ...requestTable(requests, integration.createdAt, paint),
    '',
    paint('title', `Operation log: ${plural(operations.length, 'operation')}`),
    ...operationTable(operations, paint),
  ];
}
