import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkTarget, parseLinkHeader, type Link } from '../../../lib/index.js';

const url = 'https://api.example.com/issues';

describe('the next page of a Link header', () => {
  it.each<[string, string | null | undefined, string | null]>([
    [
      'as GitHub writes it',
      `<${url}?page=1>; rel="prev", <${url}?page=3&state=all>; rel="next"`,
      `${url}?page=3&state=all`,
    ],
    ['of a position', `<${url}?after=Y3Vyc29yOnYy%3D>; rel="next"`, `${url}?after=Y3Vyc29yOnYy%3D`],
    ['without quotes', `<${url}?page=2>;rel=next`, `${url}?page=2`],
    ['with several relations', `<${url}?page=2>; rel="last NEXT"`, `${url}?page=2`],
    ['with blanks around the equals sign', `<${url}?page=2> ; rel = "next"`, `${url}?page=2`],
    ['with the name in capitals', `<${url}?page=2>; REL="next"`, `${url}?page=2`],
    [
      'with a comma and a link in another parameter',
      `<${url}?page=2>; title="a, <b>; rel=prev"; rel="next"`,
      `${url}?page=2`,
    ],
    [
      'with an escaped quote in another parameter',
      `<${url}?page=2>; title="a\\"; rel=\\"x"; rel="next"`,
      `${url}?page=2`,
    ],
    ['with a parameter that has no value', `<${url}?page=2>; crossorigin; rel="next"`, `${url}?page=2`],
    [
      'with commas and semicolons in the address',
      `<${url}?labels=a,b;c&page=2>; rel="next"`,
      `${url}?labels=a,b;c&page=2`,
    ],
    ['of a relative address', '</issues?page=2>; rel="next"', '/issues?page=2'],
    ['of the first of several', `<${url}?page=2>; rel="next", <${url}?page=9>; rel="next"`, `${url}?page=2`],
    [
      'where the relation is said twice',
      `<${url}?page=9>; rel="prev"; rel="next", <${url}?page=2>; rel="next"`,
      `${url}?page=2`,
    ],
    ['where it is of another resource', `<${url}?page=9>; rel="next"; anchor="/other"`, null],
    ['where it only contains the word', `<${url}?page=9>; rel="next-archive"`, null],
    ['without the relation', `<${url}?page=1>; rel="prev"`, null],
    ['of an address that never ends', `<${url}?page=1; rel="next"`, null],
    ['of nothing', '', null],
    ['that is not there', undefined, null],
  ])('%s', (_what, header, target) => {
    expect(linkTarget(header, 'next')).toBe(target);
  });
});

const token = fc.stringMatching(/^[a-z][a-z0-9*-]{0,8}$/).filter((name) => name !== 'rel' && name !== '__proto__');
const anyLink: fc.Arbitrary<Link> = fc.record({
  target: fc.string().filter((text) => !text.includes('>')),
  relations: fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9.:/-]{0,8}$/), { minLength: 1, maxLength: 3 }),
  parameters: fc.dictionary(
    token,
    fc.string().filter((text) => !/[\n\r\u2028\u2029]/.test(text)),
    { maxKeys: 3, noNullPrototype: true },
  ),
});

function written({ target, relations, parameters }: Link): string {
  const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;
  const others = Object.entries(parameters).map(([name, value]) => `; ${name}=${quoted(value)}`);
  return `<${target}>; rel=${quoted(relations.join(' '))}${others.join('')}`;
}

describe('the parser of Link headers', () => {
  it('reads all links that can be written, as they were written', () => {
    fc.assert(
      fc.property(fc.array(anyLink, { maxLength: 5 }), (links) => {
        expect(parseLinkHeader(links.map(written).join(', '))).toEqual(links);
      }),
      { seed: 9, numRuns: 500 },
    );
  });

  it('takes anything, however broken, and finds nothing that is not in it', () => {
    const pieces = fc.constantFrom('<', '>', '"', '\\', ';', ',', '=', ' ', 'rel', 'next', 'a');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const header = parts.join('');
        for (const { target } of parseLinkHeader(header)) expect(header).toContain(`<${target}>`);
      }),
      { seed: 9, numRuns: 2_000 },
    );
  });

  it('takes time in proportion to the length, whatever comes', () => {
    const timeOf = (header: string) => {
      const clock = performance.now();
      parseLinkHeader(header);
      return performance.now() - clock;
    };
    for (const piece of ['<', '<a>;', '<a>; a="', '<a>; a="\\', '; ', '<a>;  ', '<a>; a =']) {
      expect(timeOf(piece.repeat(50_000 / piece.length))).toBeLessThan(1_000);
    }
  });
});
