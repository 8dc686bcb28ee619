/** What operators see of encryption keys; part of the public entry. */
export type { KeyUsage, KeyUse } from './key-usage.js';
export type { RotationFailure, RotationProgress, RotationResult } from './rotate-keys.js';
