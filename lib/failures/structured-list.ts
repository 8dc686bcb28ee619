/** An item of a list in a structured field, and its parameters. */
export interface ListItem {
  readonly value: BareItem;
  readonly parameters: ReadonlyMap<string, BareItem>;
}

export type BareItem = string | number | boolean;

// RFC 9651, section 4.2; dates, display strings and inner lists occur in no field that is read here.
const bareItem =
  /"(?:[ !#-[\]-~]|\\["\\])*"|-?\d{1,12}\.\d{1,3}|-?\d{1,15}|\?[01]|:[A-Za-z\d+/=]*:|[A-Za-z*][\w!#$%&'*+.^`|~:/-]*/y;
const parameterName = /; *([a-z*][a-z\d_.*-]*)(=?)/y;
const separator = /[ \t]*,[ \t]*/y;

/**
 * A List of Items as structured fields have it (RFC 9651, section 3.1), such as `"default";q=100;w=60`. Null where it
 * is malformed: such a field is to be ignored as a whole.
 */
export function parseStructuredList(field: string): ListItem[] | null {
  const text = field.replace(/^ +| +$/g, '');
  const scan = createScanner(text);
  const items: ListItem[] = [];
  do {
    const value = readBareItem(scan);
    if (value === null) return null;
    const parameters = readParameters(scan);
    if (parameters === null) return null;
    items.push({ value, parameters });
  } while (scan.take(separator) !== null);
  return scan.isAtEnd() ? items : null;
}

interface Scanner {
  /** What the sticky pattern matches here, which is then passed over; null: nothing. */
  take(pattern: RegExp): RegExpExecArray | null;
  isAtEnd(): boolean;
}

function createScanner(text: string): Scanner {
  let position = 0;
  return {
    take(pattern) {
      pattern.lastIndex = position;
      const match = pattern.exec(text);
      if (match !== null) position = pattern.lastIndex;
      return match;
    },
    isAtEnd: () => position === text.length,
  };
}

function readBareItem(scan: Scanner): BareItem | null {
  const text = scan.take(bareItem)?.[0];
  if (text === undefined) return null;
  if (text.startsWith('"')) return text.slice(1, -1).replace(/\\(.)/g, '$1');
  if (text.startsWith('?')) return text === '?1';
  return /^[-\d]/.test(text) ? Number(text) : text;
}

/** A name alone is a parameter that is true. */
function readParameters(scan: Scanner): Map<string, BareItem> | null {
  const parameters = new Map<string, BareItem>();
  for (let match = scan.take(parameterName); match !== null; match = scan.take(parameterName)) {
    const [, name = '', equals] = match;
    const value = equals === '=' ? readBareItem(scan) : true;
    if (value === null) return null;
    parameters.set(name, value);
  }
  return parameters;
}
