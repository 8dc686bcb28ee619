import type { SignedContent, SignedParts } from './scheme-rule.js';

// What HubSpot's page says is decoded before it is signed; nothing else is, a percent sign least of all.
const decoded = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

/** HubSpot's page decodes some escapes of the URL, its own library none: either may have been signed. */
export function hubspotContents({ method, url, rawBody, timestamp }: SignedParts): SignedContent[] {
  const plain = url.replace(decoded, (escape) => String.fromCharCode(Number.parseInt(escape.slice(1), 16)));
  return [...new Set([plain, url])].map((spelling) => [method, spelling, rawBody, timestamp]);
}
