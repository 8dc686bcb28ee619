/** What the site shows above the table of `docs/index.md`, which has no room for it where GitHub shows the page. */
export const home = {
  layout: 'home',
  hero: {
    name: 'express-integrations',
    text: 'Other people’s APIs, in your own process and database',
    tagline:
      'Sealed credentials, careful calls, syncs that lose nothing and webhooks that survive a crash, for Express and MongoDB.',
    actions: [
      { theme: 'brand', text: 'Getting started', link: '/getting-started' },
      { theme: 'alt', text: 'Concepts', link: '/concepts' },
      { theme: 'alt', text: 'From hand-written code', link: '/migrating' },
    ],
  },
  features: [
    {
      title: 'Calls',
      details: 'Retries, deadlines, rate limits, a circuit shared by all processes, and every call on record.',
      link: '/request-lifecycle',
    },
    {
      title: 'Syncs',
      details: 'Every item reaches your code, also where a process dies or the other API has a bad day.',
      link: '/syncs',
    },
    {
      title: 'Webhooks',
      details: 'Verified, stored, and only then acknowledged; handled again where a handler fails.',
      link: '/webhooks',
    },
    {
      title: 'OAuth 2',
      details: 'Users connect in your application; of all processes one refreshes a token.',
      link: '/oauth',
    },
    {
      title: 'Safe writes',
      details: 'At most once by all processes, with unknown outcomes settled.',
      link: '/safe-writes',
    },
    {
      title: 'No further service',
      details: 'It runs in your Express application and your MongoDB, and nowhere else.',
      link: '/deployment',
    },
  ],
};
