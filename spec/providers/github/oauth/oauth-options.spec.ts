import { describe, expect, it } from 'vitest';
import { createGitHub } from '../../../../providers/github/index.js';
import { useDatabase } from '../../../support/database.js';
import { useConnectingApp } from './connecting-app.js';

const given = { clientId: 'Iv23spec', clientSecret: 'a secret' };

describe('the options of OAuth', () => {
  it.each([
    ['clientId', ''],
    ['clientSecret', ''],
    ['clientSecret', undefined],
    ['scopes', 'repo'],
    ['scopes', ['repo,user']],
    ['hosts', []],
    ['hosts', ['*']],
    ['hosts', ['https://ghe.example.com']],
    ['revokes', 'all'],
  ])('refuse %s: %j, without repeating it', (name, value) => {
    const options = { oauth: { ...given, [name]: value } };
    expect(() => createGitHub(options)).toThrow(
      expect.objectContaining({ code: 'OPTIONS_INVALID', message: expect.stringContaining(`oauth.${name}`) }),
    );
  });

  it('refuse parameters that would undo the protection', () => {
    const authorizationParameters = { state: 'fixed' };
    expect(() => createGitHub({ oauth: { ...given, authorizationParameters } })).toThrow(
      expect.objectContaining({ code: 'OPTIONS_INVALID' }),
    );
  });
});

describe('the client secret', () => {
  const database = useDatabase();
  const app = useConnectingApp(database, { kind: 'github-app', oauth: { hosts: ['ghe.example.com'] } });

  it('is for the hosts of the app alone, whatever `baseUrl` is entered', async () => {
    const integration = await app.create();
    expect((await app.connect(integration)).status).toBe(422);
    expect(app.requests('GET')).toEqual([]);
    expect(app.tokenRequests()).toEqual([]);
  });
});
