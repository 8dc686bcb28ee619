/**
 * A token of GitHub, of any kind that its REST API takes: their lengths are not fixed, and have changed before. And the
 * secret of a webhook, which GitHub has one of at a time: the previous one bridges the change.
 */
const properties = {
  token: {
    title: 'Token',
    description:
      'Fine-grained (github_pat_…) or classic (ghp_…) personal access token, OAuth token (gho_…), or token of a ' +
      'GitHub App (ghu_…, ghs_…). Old GitHub Enterprise Servers issue 40 hexadecimal digits.',
    type: 'string',
    pattern: '^(?:(?:github_pat|gh[opsu])_[A-Za-z0-9_.-]{20,2000}|[0-9a-f]{40})$',
    writeOnly: true,
  },
  webhookSecret: {
    title: 'Webhook secret',
    description: 'What GitHub signs the webhooks of this integration with, as entered there. Long, and random.',
    type: 'string',
    minLength: 1,
    maxLength: 1000,
    writeOnly: true,
  },
  previousWebhookSecret: {
    title: 'Previous webhook secret',
    description: 'Is valid as well, while the secret is being replaced; remove it afterwards.',
    type: 'string',
    minLength: 1,
    maxLength: 1000,
    writeOnly: true,
  },
} as const;

/** Of an integration that has a token. */
export const credentialSchema = {
  type: 'object',
  properties,
  required: ['token'],
  additionalProperties: false,
} as const;

/** Of one that may be connected by OAuth instead: it has no token of its own then. */
export const connectableCredentialSchema = {
  type: 'object',
  properties,
  additionalProperties: false,
} as const;
