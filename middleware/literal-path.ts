/**
 * A path as a pattern of Express 5 that matches it as it is and as clients send it: `:`, `*` and the like mean nothing
 * in an option, and what a URL cannot hold arrives percent-encoded.
 */
export function literalPath(path: string): string {
  const { pathname } = new URL(path, 'http://localhost');
  return pathname.replace(/[{}()[\]+?!:*\\]/g, '\\$&');
}
