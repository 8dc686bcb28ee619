/** Said where there is none. */
export const noIntegrations = 'No integrations registered: `integrations install <provider>` makes one.';
