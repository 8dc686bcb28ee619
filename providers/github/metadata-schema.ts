/** What an integration is about, and where. */
export const metadataSchema = {
  type: 'object',
  properties: {
    owner: {
      title: 'Owner',
      description: 'Organisation or user; fills {owner} in paths.',
      type: 'string',
      pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$',
    },
    repo: {
      title: 'Repository',
      description: 'Name without the owner; fills {repo} in paths.',
      type: 'string',
      pattern: '^(?!\\.{1,2}$)[A-Za-z0-9._-]{1,100}$',
    },
    installationId: {
      title: 'Installation',
      description: 'Id of the installation of your GitHub App; webhooks of the app are found by it.',
      type: 'integer',
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
    },
    baseUrl: {
      title: 'API of GitHub Enterprise',
      description:
        'Root of the REST API, such as https://ghe.example.com/api/v3; absent: https://api.github.com. The token ' +
        'goes there, so plain http is for this machine alone.',
      type: 'string',
      pattern: '^(?:https://|http://(?:localhost|127\\.0\\.0\\.1|\\[::1\\])(?=[:/]|$))[^\\s?#@\\\\]*$',
    },
  },
  additionalProperties: false,
} as const;
