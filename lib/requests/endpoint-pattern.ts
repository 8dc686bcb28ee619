/**
 * Matches endpoints: `*` stands for any characters within one path segment and never crosses a `/`; all else is
 * literal.
 */
export function endpointPattern(pattern: string): (endpoint: string) => boolean {
  const literals = pattern.split('*').map((literal) => literal.replace(/[\\^$.|?+()[\]{}/-]/g, String.raw`\$&`));
  const expression = new RegExp(`^${literals.join('[^/]*')}$`);
  return (endpoint) => expression.test(endpoint);
}
