/**
 * Matches endpoints: `*` stands for any characters within one path segment and never crosses a `/`, `**` for any
 * characters at all; all else is literal.
 */
export function endpointPattern(pattern: string): (endpoint: string) => boolean {
  const parts = pattern.split(/(\*\*?)/).map((part) => wildcards.get(part) ?? literally(part));
  const expression = new RegExp(`^${parts.join('')}$`, 's');
  return (endpoint) => expression.test(endpoint);
}

const wildcards = new Map([
  ['*', '[^/]*'],
  ['**', '.*'],
]);

function literally(text: string): string {
  return text.replace(/[\\^$.|?+()[\]{}/-]/g, String.raw`\$&`);
}
