/**
 * What a failed call says, and about whom.
 *
 * - `upstream`: the other API is down, slow or broken (5xx except 501, connection, timeout)
 * - `throttle`: it asks us to slow down (429)
 * - `auth`: it refuses our credentials (401, `invalid_grant`)
 * - `client`: it refuses this one call (other 4xx)
 * - `cancelled`: the caller gave up
 * - `local`: our side is at fault: schema drift, programming errors, credentials that do not open
 * - `unknown`: none of these can be told
 */
export type FailureClass = (typeof failureClasses)[number];

/** All of them. */
export const failureClasses = ['upstream', 'throttle', 'auth', 'client', 'cancelled', 'local', 'unknown'] as const;
