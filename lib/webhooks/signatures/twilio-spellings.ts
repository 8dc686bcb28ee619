const origin = /^(https?):\/\/((?:[^/?#@]*@)?(?:\[[^\]]*\]|[^/?#:]*))(:\d+)?(?=[/?#]|$)/i;

/**
 * The spellings that Twilio signs: some products drop the port, some write the one that everybody leaves out, and a
 * quote in the query may have been escaped on the way.
 */
export function twilioSpellings(url: string): readonly string[] {
  const normalized = URL.canParse(url) ? new URL(url).href : url;
  const quoting = [url, normalized, normalized.replaceAll('%27', "'")];
  return [...new Set(quoting.flatMap((spelling) => [spelling, ...ports(spelling)]))];
}

function ports(url: string): string[] {
  const [start = '', scheme = '', host = ''] = origin.exec(url) ?? [];
  if (start === '') return [];
  const rest = url.slice(start.length);
  const defaultPort = scheme.toLowerCase() === 'https' ? '443' : '80';
  return [`${scheme}://${host}${rest}`, ...(start.endsWith(host) ? [`${scheme}://${host}:${defaultPort}${rest}`] : [])];
}
