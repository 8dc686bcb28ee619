/** One link of a `Link` header (RFC 8288). */
export interface Link {
  /** As it was sent: it may be relative to the URL of the request. */
  readonly target: string;
  /** What it leads to, such as `next`; in lower case. */
  readonly relations: readonly string[];
  /** Its other parameters, names in lower case; of those that repeat, the first. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** What is no link is passed over. */
const targetPattern = /[^<]*<([^>]*)>/y;
const parameterPattern = /\s*;\s*([^\s=;,"<]*)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/y;

/**
 * The links of a `Link` header, in their order; several headers are joined by commas, as the answers of calls have
 * them.
 */
export function parseLinkHeader(header: string | null | undefined): Link[] {
  const text = header ?? '';
  const links: Link[] = [];
  for (let at = 0; ;) {
    const target = matchAt(targetPattern, text, at);
    if (target === null) return links;
    const { parameters, end } = parametersAt(text, at + target[0].length);
    const { rel = '', ...others } = parameters;
    links.push({
      target: target[1] ?? '',
      relations: rel
        .toLowerCase()
        .split(/\s+/)
        .filter((relation) => relation !== ''),
      parameters: others,
    });
    at = end;
  }
}

/**
 * Where the first link with that relation leads, as it was sent; null: there is none. What is said of another resource
 * (`anchor`) does not count.
 */
export function linkTarget(header: string | null | undefined, relation: string): string | null {
  const wanted = relation.toLowerCase();
  const link = parseLinkHeader(header).find(
    ({ relations, parameters }) => relations.includes(wanted) && parameters.anchor === undefined,
  );
  return link?.target ?? null;
}

function parametersAt(text: string, start: number): { parameters: Record<string, string>; end: number } {
  const parameters = new Map<string, string>();
  let end = start;
  for (;;) {
    const parameter = matchAt(parameterPattern, text, end);
    if (parameter === null) return { parameters: Object.fromEntries(parameters), end };
    const [whole, name = '', quoted, bare] = parameter;
    const key = name.toLowerCase();
    if (key !== '' && !parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '');
    end += whole.length;
  }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
