import { escapeRegExp } from './escape-reg-exp.js';

/**
 * Names of fields, headers and parameters whose values are secret. Case does not matter, nor do `-`, `_`, `.` and
 * spaces between words, so that `X-Api-Key`, `x_api_key` and `xApiKey` are one.
 */
export interface DenyList {
  /** Is a value under this name secret: a key of a body, a field of a form, a header? */
  denies(name: string): boolean;
  /** As {@link denies}, and names that are secret in a URL only: `sig`, `key`, `code`. */
  deniesParameter(name: string): boolean;
  /** As {@link denies}, and names that are secret as a header only: `X-Hub-Signature-256`. */
  deniesHeader(name: string): boolean;
  /** May this text hold a denied name? Fast; says yes when in doubt. */
  mayBeIn(text: string): boolean;
}

/** A name that ends like this is denied, in the plural as well: `access_token`, `clientSecrets`. */
const endings = [
  ...['authorization', 'cookie', 'token', 'secret', 'secret string', 'secret value', 'pass phrase', 'credential'],
  ...['api key', 'access key', 'secret key', 'private key', 'signing key', 'encryption key', 'session key'],
  ...['idempotency key', 'session id', 'sess id', 'connect sid', 'client assertion', 'saml response', 'code verifier'],
];

/** A name that has this anywhere is denied: `password_confirmation`. */
const anywhere = ['pass word', 'passwd'];

const wholeNames = ['pass', 'pwd', 'otp', 'cvv', 'cvc', 'csrf', 'xsrf', 'jwt', 'session', 'assertion'];

/** Page marks and counts, which end like a secret and are none. */
const harmlessEndings = [
  ...['page token', 'next token', 'continuation token', 'sync token', 'skip token', 'max tokens', 'total tokens'],
  ...['prompt tokens', 'completion tokens', 'input tokens', 'output tokens', 'cached tokens', 'reasoning tokens'],
];

const parameterNames = /^(?:key|code|sig)$|signature$|^x-(?:amz|goog)-credential$/i;
const headerNames = /signature/i;

// Names come from bodies of strangers: the memory of them is bounded.
const MAX_REMEMBERED = 2000;
const MAX_REMEMBERED_LENGTH = 128;

/** Builds the list of denied names: the defaults and, as whole names, `extraNames`. */
export function createDenyList(extraNames: readonly string[] = []): DenyList {
  const ending = either(endings);
  const inside = either(anywhere);
  const whole = either([...wholeNames, ...extraNames]);
  // Two expressions: the engine is twice as fast with them as with one that has a look-around in it.
  const part = new RegExp(`${either(endings.filter(isShortest))}|${inside}`, 'i');
  const apart = new RegExp(`(?<![a-z0-9])(?:${whole})(?![a-z0-9])`, 'i');
  // The end of a name may be that of a bracketed form field: `user[token]`, also as `user%5Btoken%5D`.
  const denied = new RegExp(
    `(?:${ending})s?${separators}(?:]|%5d)?$|${inside}|^${separators}(?:${whole})${separators}$`,
    'i',
  );
  const harmless = new RegExp(`(?:${either(harmlessEndings)})${separators}$`, 'i');
  const remembered = new Map<string, boolean>();

  function denies(name: string): boolean {
    const known = remembered.get(name);
    if (known !== undefined) return known;
    const isDenied = denied.test(name) && !harmless.test(name);
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    if (name.length <= MAX_REMEMBERED_LENGTH) remembered.set(name, isDenied);
    return isDenied;
  }

  return {
    denies,
    deniesParameter: (name) => denies(name) || parameterNames.test(name),
    deniesHeader: (name) => denies(name) || headerNames.test(name),
    mayBeIn: (text) => part.test(text) || apart.test(text),
  };
}

const separators = '[-_. ]*';

/** Source of an expression that matches one of the names, in any style of writing. */
function either(names: readonly string[]): string {
  return names.map((name) => wordsOf(name).map(escapeRegExp).join(separators)).join('|');
}

/** Not found already by a part of it, as `secret value` is by `secret`. */
function isShortest(name: string, _index: number, names: readonly string[]): boolean {
  return !names.some((other) => other !== name && name.includes(other));
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .split(/[-_. ]+/)
    .filter(Boolean);
}
