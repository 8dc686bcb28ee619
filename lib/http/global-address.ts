import ipaddr from 'ipaddr.js';

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Is the IP address one of the public internet? Not: loopback, private, link-local (cloud metadata), carrier-grade NAT,
 * documentation, multicast, and the IPv6 forms that embed an IPv4 address (mapped, NAT64, 6to4, Teredo).
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export function isGloballyReachable(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  // For IPv6 the library says "unicast" of all it has no name for; only this block is routed.
  return parsed.kind() === 'ipv4' || parsed.match(globalUnicast);
}
