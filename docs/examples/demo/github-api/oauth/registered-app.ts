import { randomBytes } from 'node:crypto';

/** How to register an app that users authorize. */
export interface AppSettings {
  /** `github-app`: its tokens expire, and have no scopes; `oauth-app`: they do not, and have. */
  readonly kind: 'github-app' | 'oauth-app';
  /** Where browsers come back; compared exactly. */
  readonly callbackUrl: string;
}

/** A registered app. */
export interface RegisteredApp extends AppSettings {
  readonly clientId: string;
  readonly clientSecret: string;
}

export function registeredApp(settings: AppSettings): RegisteredApp {
  const prefix = settings.kind === 'github-app' ? 'Iv23' : 'Ov23';
  return {
    ...settings,
    clientId: prefix + randomBytes(8).toString('hex'),
    clientSecret: randomBytes(20).toString('hex'),
  };
}
