/** What operators see of encryption keys; part of the public entry. */
export type { KeyUsage, KeyUse } from './key-usage.js';
export type { RotateKeysOptions, RotationResult } from './rotate-keys.js';
export type { RotationFailure, RotationProgress, SealedKind } from './rotation.js';
