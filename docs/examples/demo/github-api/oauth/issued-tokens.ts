import { randomBytes } from 'node:crypto';
import type { User } from '../user.js';
import type { RegisteredApp } from './registered-app.js';

/** What a user has authorized an app to. */
export interface Authorization {
  readonly app: RegisteredApp;
  readonly user: User;
  readonly scopes: readonly string[];
}

/** A token, and the refresh token that came with it. */
export interface IssuedToken extends Authorization {
  readonly accessToken: string;
  /** Null: the app's tokens do not expire. */
  readonly refreshToken: string | null;
}

interface Issued extends IssuedToken {
  isExpired: boolean;
  isRefreshExpired: boolean;
}

/** The tokens that are good. */
export class IssuedTokens {
  #all: Issued[] = [];

  /** As on GitHub, the first letters tell what a token is. */
  issue(authorization: Authorization): IssuedToken {
    const expires = authorization.app.kind === 'github-app';
    const issued = {
      ...authorization,
      accessToken: `${expires ? 'ghu' : 'gho'}_${randomBytes(18).toString('hex')}`,
      refreshToken: expires ? `ghr_${randomBytes(38).toString('hex')}` : null,
      isExpired: false,
      isRefreshExpired: false,
    };
    this.#all.push(issued);
    return issued;
  }

  /** The token, while it is good. */
  find(accessToken: string): IssuedToken | undefined {
    return this.#all.find((issued) => issued.accessToken === accessToken && !issued.isExpired);
  }

  /** Another token for a refresh token, which is used up by that, and the old token with it. */
  refresh(app: RegisteredApp, refreshToken: string): IssuedToken | undefined {
    const old = this.#all.find((issued) => issued.app === app && issued.refreshToken === refreshToken);
    if (old === undefined || old.isRefreshExpired) return undefined;
    this.#drop((issued) => issued === old);
    return this.issue(old);
  }

  delete({ accessToken }: IssuedToken): void {
    this.#drop((issued) => issued.accessToken === accessToken);
  }

  /** Of one user, for one app. */
  deleteGrant({ app, user }: IssuedToken): void {
    this.#drop((issued) => issued.app === app && issued.user.id === user.id);
  }

  /** Eight hours go by. */
  expireAccessTokens(): void {
    for (const issued of this.#all) issued.isExpired ||= issued.refreshToken !== null;
  }

  /** Six months go by. */
  expireRefreshTokens(): void {
    this.expireAccessTokens();
    for (const issued of this.#all) issued.isRefreshExpired = true;
  }

  #drop(isMeant: (issued: Issued) => boolean): void {
    this.#all = this.#all.filter((issued) => !isMeant(issued));
  }
}
