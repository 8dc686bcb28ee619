/** What applications and providers need to verify webhooks by hand; part of the public entry. */
export { answerChallenge } from './answer-challenge.js';
export type { ChallengeAnswer } from './challenges/answers.js';
export type { ChallengeInput } from './challenges/challenge-input.js';
export type { SignatureRefusalCode, SignatureVerdict } from './refusals.js';
export { signatureSchemes } from './scheme-of.js';
export type { SignatureScheme } from './schemes.js';
export type { WebhookHeaders } from './single-header.js';
export type { VerifySignatureInput } from './verify-signature-input.js';
export { verifySignature } from './verify-signature.js';
