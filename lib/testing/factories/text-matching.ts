/** Bounds of a text, in characters. */
interface Lengths {
  readonly minLength: number;
  readonly maxLength: number;
}

/** More repetitions than this are not tried. */
const mostExtra = 128;

/**
 * A text that a regular expression matches, built from its literals, classes, groups and quantifiers; null where that
 * finds none: look-arounds, say, and references.
 */
export function textMatching(pattern: string, { minLength, maxLength }: Lengths): string | null {
  const expression = compiled(pattern);
  if (expression === null) return null;
  for (let extra = 0; extra <= mostExtra; extra += 1) {
    const text = new PatternReader(pattern, extra).alternatives();
    if (text === null || text.length > maxLength) return null;
    if (text.length >= minLength && expression.test(text)) return text;
  }
  return null;
}

function compiled(pattern: string): RegExp | null {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return null;
  }
}

/** What stands for a class: the first of these that is in it. */
const candidates = Array.from('aA0_- ./:@+=!#$%&*,;?~zZ9');
const brackets = ['[', ']', '^', '\\', '{', '}', '(', ')', '|'];

/** Reads a pattern from left to right, and writes what it matches. */
class PatternReader {
  #at = 0;
  readonly #pattern: string;
  readonly #extra: number;

  /** @param extra How often open repetitions are repeated beyond the least. */
  constructor(pattern: string, extra: number) {
    this.#pattern = pattern;
    this.#extra = extra;
  }

  /** The first alternative; the others are read, and left out. */
  alternatives(): string | null {
    const first = this.#terms();
    while (this.#pattern[this.#at] === '|') {
      this.#at += 1;
      this.#terms();
    }
    return first;
  }

  #terms(): string | null {
    let text: string | null = '';
    while (this.#at < this.#pattern.length && !/[|)]/.test(this.#pattern[this.#at] ?? '')) {
      const atom = this.#atom();
      const times = this.#times();
      text = text === null || atom === null ? null : text + atom.repeat(times);
    }
    return text;
  }

  #atom(): string | null {
    const character = this.#pattern[this.#at] ?? '';
    if (character === '(') return this.#group();
    if (character === '[') return memberOf(this.#take(/\[(?:\\.|[^\]\\])*\]/y));
    if (character === '\\') return memberOf(this.#take(/\\(?:u\{[\da-f]+\}|u[\da-f]{4}|x[\da-f]{2}|p\{[^}]*\}|.)/iy));
    this.#at += 1;
    if (character === '^' || character === '$') return '';
    return character === '.' ? 'a' : character;
  }

  #group(): string | null {
    if (this.#take(/\((?:\?:|\?<[A-Za-z]\w*>|(?!\?))/y) === '') {
      // A look-around: its text is none of the result.
      this.#at = this.#pattern.length;
      return null;
    }
    const text = this.alternatives();
    this.#at += 1;
    return text;
  }

  #times(): number {
    const quantifier = this.#take(/(?:[*+?]|\{\d+(?:,\d*)?\})\??/y);
    if (quantifier === '') return 1;
    if (quantifier.startsWith('?')) return 0;
    if (quantifier.startsWith('*')) return this.#extra;
    if (quantifier.startsWith('+')) return 1 + this.#extra;
    const [, least = '0', comma, most = ''] = /\{(\d+)(,?)(\d*)\}/.exec(quantifier) ?? [];
    return comma === '' ? Number(least) : Math.min(Number(least) + this.#extra, most === '' ? Infinity : Number(most));
  }

  #take(expression: RegExp): string {
    expression.lastIndex = this.#at;
    const [taken = ''] = expression.exec(this.#pattern) ?? [];
    this.#at += taken.length;
    return taken;
  }
}

/** A character of a class or an escape; the empty text of what matches between characters. */
function memberOf(source: string): string | null {
  if (source === '\\b' || source === '\\B') return '';
  const expression = compiled(`^${source}$`);
  if (expression === null) return null;
  const literals = Array.from(source.replaceAll(/\\[dwsDWSbBpPux]/g, ''));
  const all = [...candidates, ...literals.filter((character) => !brackets.includes(character)), ...brackets];
  return all.find((character) => expression.test(character)) ?? null;
}
