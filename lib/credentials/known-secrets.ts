const SHORTEST = 8;
const URL_OR_EMAIL = /^(?:[a-z][a-z\d+.-]*:\/\/[^\s@]*|[^\s@:]+@[a-z\d.-]+)$/i;

/**
 * The strings in opened credentials that must not be seen in logs: all leaves of 8 characters and more, except URLs and
 * e-mail addresses, which are no secrets and would blacken harmless text. A URL with a password in it is a secret.
 */
export function knownSecrets(value: unknown): readonly string[] {
  const found = new Set<string>();
  collect(value, found);
  return [...found];
}

function collect(value: unknown, found: Set<string>): void {
  if (typeof value === 'string') {
    if (value.length >= SHORTEST && !URL_OR_EMAIL.test(value)) found.add(value);
  } else if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) collect(member, found);
  }
}
