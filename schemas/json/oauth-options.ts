const path = {
  anyOf: [{ type: 'null' }, { type: 'string', pattern: '^/(?![/\\\\])' }],
  default: null,
} as const;

/** The options `oauth`. */
export const oauthSchema = {
  type: 'object',
  description: 'How integrations are connected by OAuth 2, and kept connected.',
  default: {},
  additionalProperties: false,
  properties: {
    stateSeconds: {
      description: 'How long a user may take to sign in, in seconds.',
      type: 'number',
      minimum: 60,
      maximum: 3_600,
      default: 600,
    },
    returnTo: {
      description: 'Origins outside of the application to which users may be sent afterwards.',
      type: 'array',
      items: { type: 'string', pattern: '^https?://[^/?#@\\\\\\s]+$' },
      default: [],
    },
    successPath: {
      description: 'Where users go who were not sent anywhere else, once they have connected; null: a page of ours.',
      ...path,
    },
    failurePath: {
      description: 'Where users go whose connection failed, with `?oauth_error={code}`; null: a page of ours.',
      ...path,
    },
    sharedCallback: {
      description: 'All providers have one redirect URI, {basePath}/oauth/callback, in place of one each.',
      type: 'boolean',
      default: false,
    },
    refreshLeaseSeconds: {
      description:
        'How long after its last sign of life a process that refreshes a token is taken for dead, in seconds.',
      type: 'number',
      minimum: 1,
      maximum: 120,
      default: 10,
    },
    refreshWaitSeconds: {
      description: 'How long a caller waits for a new access token at most, in seconds.',
      type: 'number',
      minimum: 1,
      maximum: 120,
      default: 20,
    },
    refreshEverySeconds: {
      description: 'How often this looks for tokens that are to be refreshed ahead of their expiry, in seconds.',
      type: 'number',
      minimum: 1,
      maximum: 3_600,
      default: 30,
    },
  },
};
