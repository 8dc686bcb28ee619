/** How integrations are connected by OAuth 2, and kept connected. */
export interface OAuthSettings {
  /** How long a user may take to sign in, in seconds; 60 to 3,600. Default 600. */
  readonly stateSeconds: number;
  /** Origins outside of the application to which users may be sent afterwards; its own paths always are. Default none. */
  readonly returnTo: readonly string[];
  /**
   * Where users go who were not sent anywhere else, once they have connected; a path. Null: a page of ours. Default
   * null.
   */
  readonly successPath: string | null;
  /** Where users go whose connection failed, with `?oauth_error={code}`; a path. Null: a page of ours. Default null. */
  readonly failurePath: string | null;
  /**
   * All come back to `{basePath}/oauth/callback`, not each provider to a path of its own. Where several providers
   * connect by OAuth, each must then say whose answer it is (`iss`). Default false.
   */
  readonly sharedCallback: boolean;
  /**
   * How long after its last sign of life a process that refreshes a token is taken for dead, in seconds; 1 to 120.
   * Default 10.
   */
  readonly refreshLeaseSeconds: number;
  /** How long a caller waits for a new access token at most, in seconds; 1 to 120. Default 20. */
  readonly refreshWaitSeconds: number;
  /** How often this looks for tokens that are to be refreshed ahead of their expiry, in seconds; 1 to 3,600. Default 30. */
  readonly refreshEverySeconds: number;
}
