import { describe, expect, it } from 'vitest';
import type { IssuePage } from '../../../../providers/github/issues/issue-page.js';
import { issuesSince, queryAfter } from '../../../../providers/github/issues/issue-queries.js';

const secondPage = { page: '2' };

/** A page of issues that were updated at these seconds of a minute. */
function page(seconds: readonly number[], next: IssuePage['next'] = secondPage): IssuePage {
  const entries = seconds.map((second) => ({ updated_at: at(second) }));
  return { entries, next, last: null, date: null };
}

function at(second: number): string {
  return `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`;
}

describe('the query after a page', () => {
  it('is none after the last one', () => {
    expect(queryAfter(issuesSince(null), page([1, 5], null))).toBeNull();
  });

  it('begins a second before the last issue of the page: others may have moved up to it since', () => {
    expect(queryAfter(issuesSince(null), page([1, 3, 5]))).toEqual(issuesSince(at(4)));
    expect(queryAfter(issuesSince(at(1)), page([1, 3, 5]))).toEqual(issuesSince(at(4)));
  });

  it('begins there too after pages that were followed by their links', () => {
    expect(queryAfter({ ...issuesSince(at(1)), page: '3' }, page([2, 3, 5]))).toEqual(issuesSince(at(4)));
  });

  it('is that of the link where the whole page is of one second', () => {
    expect(queryAfter(issuesSince(null), page([5, 5, 5]))).toEqual(secondPage);
    expect(queryAfter(issuesSince(at(4)), page([4, 5, 5]))).toEqual(secondPage);
  });

  it('is that of the link where it leads to a position, which does not move', () => {
    expect(queryAfter(issuesSince(null), page([1, 3, 5], { after: 'abc' }))).toEqual({ after: 'abc' });
  });

  it('is that of the link where the server pays no attention to the time', () => {
    expect(queryAfter(issuesSince(at(4)), page([1, 3, 5]))).toEqual(secondPage);
  });

  it('is that of the link where nothing on the page is an issue', () => {
    const rubbish = { ...page([]), entries: [null, 'issue', {}, { updated_at: 'soon' }] };
    expect(queryAfter(issuesSince(null), rubbish)).toEqual(secondPage);
  });

  it('passes over what is no issue', () => {
    const mixed = { ...page([]), entries: [{ updated_at: at(1) }, null, { updated_at: at(5) }, { updated_at: 5 }] };
    expect(queryAfter(issuesSince(null), mixed)).toEqual(issuesSince(at(4)));
  });
});
