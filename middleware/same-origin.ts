import type { Request } from 'express';

/**
 * Whether a request does not come from another site's page: browsers say where it comes from, and what says nothing is
 * no browser, and has no cookies to abuse. Another subdomain is another site here.
 */
export function isSameOrigin(req: Request): boolean {
  const site = req.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = req.get('origin');
  return origin === undefined || hostOf(origin) === req.get('host');
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
