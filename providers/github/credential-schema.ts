/** A token of GitHub, of any kind that its REST API takes. Their lengths are not fixed, and have changed before. */
export const credentialSchema = {
  type: 'object',
  properties: {
    token: {
      title: 'Token',
      description:
        'Fine-grained (github_pat_…) or classic (ghp_…) personal access token, OAuth token (gho_…), or token of a ' +
        'GitHub App (ghu_…, ghs_…). Old GitHub Enterprise Servers issue 40 hexadecimal digits.',
      type: 'string',
      pattern: '^(?:(?:github_pat|gh[opsu])_[A-Za-z0-9_.-]{20,2000}|[0-9a-f]{40})$',
      writeOnly: true,
    },
  },
  required: ['token'],
  additionalProperties: false,
} as const;
