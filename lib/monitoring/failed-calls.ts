import type { FailureClass } from '../types/failure-class.js';

/** The failure class of a call in the request log: that of its last attempt. */
export const failureClassOfCall = { $ifNull: [{ $last: '$attempts.failureClass' }, null] };

/**
 * Did the call fail? By its error; what was stored before failing answers that a callback returns had one, by its
 * failure class.
 */
export const isFailedCall = {
  $or: [{ $ne: [{ $ifNull: ['$error', null] }, null] }, { $ne: [failureClassOfCall, null] }],
};

/** What raises an alarm. A caller's 404, an abort and our own bugs say nothing about the integration. */
export const alarmingClasses: readonly FailureClass[] = ['upstream', 'throttle', 'auth', 'unknown'];

/** Longest time for a query over the request log, in milliseconds. */
export const summaryTimeMs = 30_000;
