import type { IntegrationDocument, IntegrationModel } from '../../schemas/integration.js';
import { isIntegrationError } from '../errors.js';
import { isDate } from '../../schemas/partial-filters.js';
import type { LoggerLike } from '../types/logger.js';
import type { AccessTokens } from './access-tokens.js';

export interface RefreshAheadParts {
  readonly model: IntegrationModel;
  readonly tokens: Pick<AccessTokens, 'refreshAhead'>;
  readonly logger: Pick<LoggerLike, 'error'>;
}

/** At once by one process: others look as well. */
const atOnce = 5;
const pageSize = 100;

/** Refreshes the tokens whose time it is, so that callers hardly ever wait. */
export async function refreshAhead({ model, tokens, logger }: RefreshAheadParts, signal: AbortSignal): Promise<void> {
  const isDue = { isActive: true, tokenRefreshAt: { ...isDate, $lte: new Date() }, grantEndedAt: null };
  const due = model.find(isDue).sort({ tokenRefreshAt: 1 }).read('primary').cursor({ batchSize: pageSize });
  function report(integration: IntegrationDocument, error: unknown): void {
    // Told by an event, and by the log, where it happened.
    if (isIntegrationError(error)) return;
    logger.error('A token could not be refreshed ahead of its expiry.', { integrationId: integration.id, error });
  }
  try {
    // All of them: those that cannot be refreshed now stay the first, and must not keep others from it.
    await due.eachAsync(
      (integration) => tokens.refreshAhead(integration).catch((error: unknown) => report(integration, error)),
      { parallel: atOnce, signal },
    );
  } finally {
    await due.close();
  }
}
