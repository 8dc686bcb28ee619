import { describe, expect, it } from 'vitest';
import { linkedQuery } from '../../../../providers/github/issues/next-link.js';

const url = 'https://api.github.com/repositories/1/issues';

describe('a Link header', () => {
  it.each<[string, string | undefined, unknown]>([
    [
      'as GitHub writes it',
      `<${url}?page=1>; rel="prev", <${url}?page=3&state=all>; rel="next"`,
      { page: '3', state: 'all' },
    ],
    [
      'of a position',
      `<${url}?after=Y3Vyc29yOnYy%3D&per_page=100>; rel="next"`,
      { after: 'Y3Vyc29yOnYy=', per_page: '100' },
    ],
    ['without quotes', `<${url}?page=2>;rel=next`, { page: '2' }],
    ['with several relations', `<${url}?page=2>; rel="last NEXT"`, { page: '2' }],
    ['with other parameters', `<${url}?page=2>; title="a, b"; rel="next"`, { page: '2' }],
    [
      'with commas and semicolons in the address',
      `<${url}?labels=a,b;c&page=2>; rel="next"`,
      { labels: 'a,b;c', page: '2' },
    ],
    ['of a relative address', '</repositories/1/issues?page=2>; rel="next"', { page: '2' }],
    ['without the relation', `<${url}?page=1>; rel="prev"`, null],
    ['of nothing', '', null],
    ['that is not there', undefined, null],
  ])('%s', (_what, header, query) => {
    expect(linkedQuery(header, 'next')).toEqual(query);
  });
});
