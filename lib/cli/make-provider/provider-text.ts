import { indented, lines, type Blueprint } from './blueprint.js';
import { oauthMembers, retryMembers, syncDeclarations, syncMembers, webhookMembers } from './member-texts.js';

/** The module of a provider. */
export function providerText(blueprint: Blueprint): string {
  const { can, title, variable } = blueprint;
  return lines(
    `import { ${imports(blueprint).join(', ')} } from 'express-integrations';`,
    '',
    (can.has('sync') || can.has('incremental')) && syncDeclarations(blueprint),
    `/** ${title}. Put in the address of its API, its paths, and what it wants of credentials. */`,
    `export const ${variable} = defineProvider({`,
    indented(members(blueprint)).trimEnd(),
    '});',
  );
}

function imports({ can }: Blueprint): readonly string[] {
  const syncs = can.has('sync') || can.has('incremental');
  return [
    'bearer',
    ...(can.has('oauth') ? ['createOAuth2Client'] : []),
    'defineProvider',
    ...(syncs ? ['defineSyncItemEvent'] : []),
    ...(can.has('retry') ? ['isIntegrationError'] : []),
    ...(syncs ? ['reduceCheckpointsByMax'] : []),
    ...(can.has('webhooks') ? ['verifySignature'] : []),
  ];
}

function members(blueprint: Blueprint): string {
  const { can, title } = blueprint;
  return lines(
    `name: '${title}',`,
    credentialSchema(blueprint),
    `metadataSchema: { type: 'object', properties: {}, additionalProperties: false },`,
    http(blueprint),
    can.has('oauth') && oauthMembers,
    can.has('health') && healthCheck,
    can.has('webhooks') && webhookMembers,
    (can.has('sync') || can.has('incremental')) && syncMembers(blueprint),
    can.has('retry') && retryMembers,
    can.has('redact') && redaction,
    can.has('idempotency') && 'supportsIdempotency: true, // by the header Idempotency-Key',
  );
}

/** What has to be entered. */
export function credentialNames({ can }: Blueprint): readonly string[] {
  const access = can.has('oauth') ? ['clientId', 'clientSecret'] : ['token'];
  return can.has('webhooks') ? [...access, 'webhookSecret'] : access;
}

const titles: Readonly<Record<string, string>> = {
  token: "title: 'Token', writeOnly: true",
  clientId: "title: 'Client id', 'x-secret': false",
  clientSecret: "title: 'Client secret', writeOnly: true",
  webhookSecret: "title: 'Webhook secret', writeOnly: true",
};

function credentialSchema(blueprint: Blueprint): string {
  const names = credentialNames(blueprint);
  const properties = names.map((name) => `${name}: { type: 'string', ${titles[name] ?? ''}, minLength: 1 },`);
  return [
    'credentialSchema: {',
    `  type: 'object',`,
    '  properties: {',
    ...properties.map((line) => `    ${line}`),
    '  },',
    `  required: [${names.map((name) => `'${name}'`).join(', ')}],`,
    '  additionalProperties: false,',
    '},',
  ].join('\n');
}

function http({ can, key }: Blueprint): string {
  const authorize = can.has('oauth')
    ? `authorize: async (request, { integration }) => bearer(request, (await integration.getAccessToken()) ?? ''),`
    : 'authorize: (request, { credentials }) => bearer(request, credentials.token),';
  return ['http: {', `  baseUrl: 'https://api.${key}.example',`, `  ${authorize}`, '},'].join('\n');
}

const healthCheck = `async healthCheck(integration) {
  await integration.at('/me').get(); // an answer outside 2xx throws, and counts as unhealthy
  return true;
},`;

const redaction = `sensitiveRequestFields: () => ['customer.email'],
sensitiveResponseFields: () => ['items.*.email'],`;
