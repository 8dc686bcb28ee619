/** Who webhooks are sent to in the fuzz. The server makes all of it; the sender knows the secrets. */

/** How webhooks of a target are signed. */
export type FuzzScheme = 'github' | 'stripe' | 'slack' | 'standard-webhooks' | 'http-basic' | 'hubspot-v3' | 'meta';

/** A provider and its integrations. */
export interface Target {
  readonly scheme: FuzzScheme;
  /** Integrations that it has. */
  readonly tenants: number;
  /** Where the sender's id of a delivery is. */
  readonly idIn: 'header' | 'body' | 'nowhere';
  /** What the provider's own URL answers to what is signed correctly; default 200. */
  readonly generic?: 409;
  /** All tenants have the same secret. */
  readonly isShared?: true;
  /** The tenants are switched off. */
  readonly isOff?: true;
}

export const targets = {
  hub: { scheme: 'github', tenants: 3, idIn: 'header' },
  stripe: { scheme: 'stripe', tenants: 2, idIn: 'body' },
  slack: { scheme: 'slack', tenants: 2, idIn: 'body' },
  // Its bodies are sealed.
  standard: { scheme: 'standard-webhooks', tenants: 2, idIn: 'header' },
  postmark: { scheme: 'http-basic', tenants: 2, idIn: 'nowhere' },
  // Signs method and URL as well, and answers 400 to what is not signed.
  hubspot: { scheme: 'hubspot-v3', tenants: 2, idIn: 'nowhere' },
  // Answers handshakes by GET.
  meta: { scheme: 'meta', tenants: 2, idIn: 'body' },
  // The secret is the application's; the body names the integration.
  app: { scheme: 'github', tenants: 2, idIn: 'header', isShared: true },
  twins: { scheme: 'github', tenants: 2, idIn: 'header', isShared: true, generic: 409 },
  // More than are tried.
  crowd: { scheme: 'github', tenants: 5, idIn: 'header', generic: 409 },
  off: { scheme: 'github', tenants: 1, idIn: 'header', isOff: true },
} as const satisfies Readonly<Record<string, Target>>;

export type TargetName = keyof typeof targets;

export const targetNames = Object.keys(targets) as TargetName[];

export const targetOf = (name: TargetName): Target => targets[name];

export const maxCandidates = 4;
export const maxBodyBytes = 16_384;

/** Where the router stands: before all body parsers, behind several that keep the bytes, behind express.raw(). */
export const mounts = ['before', 'behind', 'raw'] as const;
export type Mount = (typeof mounts)[number];

/** What senders call the server. */
export const host = 'hooks.example.com';

/** Bears the number of the request. */
export const runHeader = 'x-fuzz';

/** The secret of one integration. */
export function secretOf(name: TargetName, tenant: number): string {
  const { scheme, isShared = false } = targetOf(name);
  const text = `secret of ${name} ${isShared ? 'all' : tenant}`;
  if (scheme === 'standard-webhooks') return `whsec_${Buffer.from(text.padEnd(24)).toString('base64')}`;
  return scheme === 'http-basic' ? `user:${text}` : text;
}

/** What the server tells whoever starts it. */
export interface FuzzWorld {
  readonly port: number;
  /** The ids of each target's integrations. */
  readonly ids: Readonly<Record<TargetName, readonly string[]>>;
}
