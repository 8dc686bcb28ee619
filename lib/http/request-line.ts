/** Names a request in messages: without query and user name, where secrets travel. */
export function requestLine({ method, url }: { readonly method: string; readonly url: URL }): string {
  return `${method} ${url.origin}${url.pathname}`;
}
