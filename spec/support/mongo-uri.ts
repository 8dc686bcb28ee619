const PARTS = /^(?<server>mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/;

/** The same deployment with another default database. Credentials are still checked where they were before. */
export function withDatabaseName(uri: string, name: string): string {
  const { server, database, query } = PARTS.exec(uri)?.groups ?? {};
  if (server === undefined) throw new Error('Not a MongoDB connection string');
  const options = new URLSearchParams(query);
  const named = database === undefined || database === '' ? 'admin' : database;
  if (server.includes('@') && !options.has('authSource')) options.set('authSource', named);
  const suffix = options.size === 0 ? '' : `?${options.toString()}`;
  return `${server}/${name}${suffix}`;
}
