import { describe, expect, it } from 'vitest';
import { mergeHeaders } from '../../../lib/http/request-headers.js';

describe('mergeHeaders', () => {
  it('writes names in lower case and lets later ones win', () => {
    expect(mergeHeaders({ Accept: 'a', 'X-One': '1' }, { accept: 'b' })).toEqual({ accept: 'b', 'x-one': '1' });
  });

  it.each([
    ['x-a', 'a\r\nx-injected: 1'],
    ['x-a', 'a\nb'],
    ['x-a', 'a\0b'],
    ['x-a', '€'],
    ['x a', 'a'],
    ['', 'a'],
    ['x-a\r\nx-b', 'a'],
  ])('refuses the header %j: %j', (name, value) => {
    expect(() => mergeHeaders({ [name]: value })).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });

  it.each(['Host', 'connection', 'Transfer-Encoding', 'upgrade', 'expect'])('refuses to set %s', (name) => {
    expect(() => mergeHeaders({ [name]: 'x' })).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });

  it('keeps values out of its messages', () => {
    expect(() => mergeHeaders({ authorization: 'Bearer s3cret\n' })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('s3cret') }),
    );
  });
});
