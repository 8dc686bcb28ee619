import { expect, it } from 'vitest';
import { apiRoot, webRoot } from '../../../providers/github/addresses.js';

it.each([
  [undefined, 'https://github.com'],
  ['https://api.github.com', 'https://github.com'],
  ['https://api.octocorp.ghe.com', 'https://octocorp.ghe.com'],
  ['https://ghe.example.com/api/v3', 'https://ghe.example.com'],
  ['https://api.example.com:8443/api/v3/', 'https://api.example.com:8443'],
  ['http://127.0.0.1:40123', 'http://127.0.0.1:40123'],
])('finds where users are, of the API at %s', (baseUrl, expected) => {
  expect(webRoot(baseUrl === undefined ? {} : { baseUrl })).toBe(expected);
});

it('has the API of github.com by default', () => {
  expect(apiRoot({})).toBe('https://api.github.com');
});
