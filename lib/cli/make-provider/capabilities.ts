/** What a new provider can do beside calls, by the flags of the command. */
export const capabilities = [
  'webhooks',
  'oauth',
  'sync',
  'incremental',
  'health',
  'retry',
  'redact',
  'idempotency',
] as const;

export type Capability = (typeof capabilities)[number];

/** What each means. */
export const capabilityTexts: Readonly<Record<Capability, string>> = {
  webhooks: 'receives webhooks',
  oauth: 'is connected by OAuth 2',
  sync: 'lists items on a schedule',
  incremental: 'lists only what has changed (and --sync)',
  health: 'tells whether its connection works',
  retry: 'has its own opinion on retries',
  redact: 'names fields that no log may hold',
  idempotency: 'its API recognises repetitions of writes',
};
