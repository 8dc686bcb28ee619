import { entry } from './error-entry.js';

/** What can go wrong with a sync. */
export const syncErrors = {
  SYNC_ITEM_INVALID: entry(
    500,
    'Invalid sync item',
    'Dispatch events made by defineSyncItemEvent(), with an externalId of 1 to 500 characters, or none.',
  ),
  SYNC_PAYLOAD_INVALID: entry(
    500,
    'Payload cannot be stored',
    'Dispatch data that MongoDB stores, without cycles, and no larger than sync.maxPayloadBytes.',
  ),
  SYNC_CHECKPOINTS_INVALID: entry(
    500,
    'Checkpoints make no cursor',
    'Correct reduceCheckpoints() of the provider, or the checkpoint values that it dispatches; then sync again.',
  ),
  SYNC_LISTENER_MISSING: entry(
    500,
    'No listener for a sync item',
    'Register one before start(): integrations.onSyncItem(event, listener). Until then the item is put off.',
  ),
  SYNC_ITEM_TIMEOUT: entry(
    504,
    'Sync item timed out',
    'Make the listener faster, have it heed its signal, or raise sync.itemTimeoutSeconds.',
  ),
  SYNC_PROCESS_CRASH: entry(
    500,
    'A process died',
    'See what the process died of when it was at this item or listing; then retry it.',
  ),
  SYNC_DEFERRED_TOO_LONG: entry(
    503,
    'Put off for too long',
    'Retry once the other API lets calls through; raise sync.deferWindowSeconds if it takes longer as a rule.',
  ),
  SYNC_FAILED: entry(
    502,
    'Sync failed',
    'See what `details.error` says, and the requests of the operation log `details.runId`; then sync again.',
  ),
  SYNC_CANCELLED: entry(
    409,
    'Sync cancelled',
    'Switch the integration on, and have a process run that knows its provider; then sync again.',
  ),
  SYNC_SESSION_ENDED: entry(500, 'The listing is over', 'Await dispatch() and saveListing() before sync() returns.'),
  SYNC_LEASE_LOST: entry(503, 'Another process goes on', 'Nothing needs to be done: the run is driven elsewhere.'),
  SYNC_CURSOR_INVALID: entry(
    422,
    'Invalid sync cursor',
    'Set syncCursor to null, which lists everything again, or to a value that the provider understands.',
  ),
  SYNC_RUN_NOT_FOUND: entry(404, 'Sync run not found', 'Use the id of a run that has not been pruned.'),
  SYNC_ITEM_NOT_FOUND: entry(404, 'Sync item not found', 'Use the id of an item that has not been pruned.'),
  SYNC_ITEM_NOT_FAILED: entry(409, 'Sync item is not failed', 'Only failed items can be retried or skipped.'),
  SYNC_ALREADY_RUNNING: entry(409, 'A sync is running', 'Wait for the run that `details.runId` names, and try again.'),
  SYNC_MISSING_REFUSED: entry(
    409,
    'Missing items not reported',
    'See whether so many are gone for good; then report them: integrations.syncs.reportMissing(runId, { force: true }).',
  ),
};
