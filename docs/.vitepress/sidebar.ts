interface Section {
  readonly text: string;
  readonly items: { readonly text: string; readonly link: string }[];
}

/** The pages in the order in which they are best read; `spec/docs/site.spec.ts` misses none of them. */
export const sidebar: Section[] = [
  section('Start', {
    'getting-started': 'Getting started',
    concepts: 'Concepts',
    migrating: 'From hand-written code',
    comparison: 'Comparison',
    servers: 'Supported servers',
  }),
  section('Calls', {
    providers: 'Providers',
    'request-lifecycle': 'The lifecycle of one request',
    pagination: 'Pagination',
    traffic: 'Traffic',
    caching: 'Caching',
    'safe-writes': 'Safe writes',
    logging: 'Logging',
  }),
  section('Connections', {
    credentials: 'Credentials',
    oauth: 'OAuth',
    'oauth-providers': 'OAuth providers',
  }),
  section('Data', {
    syncs: 'Syncs',
    'syncs-operating': 'Operating syncs',
    mappings: 'Mappings',
    webhooks: 'Webhooks',
    'webhook-signatures': 'Webhook signatures',
  }),
  section('Operation', {
    deployment: 'Deployment',
    jobs: 'Jobs',
    cli: 'Command line',
    'cli-setup': 'Command line: setting up',
    reports: 'Reports',
    pruning: 'Pruning',
    scaling: 'Scaling',
    security: 'Security',
    testing: 'Testing',
    benchmarks: 'Benchmarks',
  }),
  section('Reference', {
    options: 'Options',
    errors: 'Errors',
    events: 'Events',
    'reference/api/': 'API',
  }),
  section('Examples', {
    'source/quick-start': 'Quick start',
    'source/own-provider': 'A provider of your own',
    'source/sync': 'A sync',
    'source/webhooks': 'Webhooks',
  }),
  section('Project', {
    'project/readme': 'README',
    'project/changelog': 'Changelog',
    'project/contributing': 'Contributing',
  }),
];

/** @param pages The text of each link, by its path without the leading slash. */
function section(text: string, pages: Readonly<Record<string, string>>): Section {
  return { text, items: Object.entries(pages).map(([path, title]) => ({ text: title, link: `/${path}` })) };
}
