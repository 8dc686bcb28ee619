import { describe, expect, it } from 'vitest';
import { allowedHosts } from '../../../lib/http/allowed-hosts.js';

const allows = (hosts: string[], url: string) => allowedHosts(hosts)(new URL(url));

describe('allowedHosts', () => {
  it.each([
    ['ghe.internal', 'https://ghe.internal/x'],
    ['ghe.internal', 'http://ghe.internal:8080/x'],
    ['GHE.internal', 'https://ghe.internal/x'],
    ['ghe.internal:8443', 'https://ghe.internal:8443/x'],
    ['ghe.internal:443', 'https://ghe.internal/x'],
    ['ghe.internal:80', 'http://ghe.internal/x'],
    ['127.0.0.1', 'http://2130706433:3000/'],
    ['::1', 'http://[::1]:3000/'],
    ['[::1]:3000', 'http://[0:0:0:0:0:0:0:1]:3000/'],
  ])('%s covers %s', (host, url) => {
    expect(allows([host], url)).toBe(true);
  });

  it.each([
    ['ghe.internal', 'https://ghe.internal.evil.example/'],
    ['ghe.internal', 'https://sub.ghe.internal/'],
    ['ghe.internal:443', 'http://ghe.internal/'],
    ['ghe.internal:8443', 'https://ghe.internal/'],
    ['127.0.0.1', 'http://127.0.0.2/'],
  ])('%s does not cover %s', (host, url) => {
    expect(allows([host], url)).toBe(false);
  });

  it('covers nothing when it is empty', () => {
    expect(allows([], 'http://localhost/')).toBe(false);
  });

  it.each(['', 'http://ghe.internal', 'ghe.internal/x', 'user@ghe.internal', 'a b', '*.internal', ':80'])(
    'refuses the entry %j',
    (host) => {
      expect(() => allowedHosts([host])).toThrow(expect.objectContaining({ code: 'OPTIONS_INVALID' }));
    },
  );
});
