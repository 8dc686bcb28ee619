import { Schema, type Connection } from 'mongoose';

export interface Contact {
  /** Names of the processes that wrote it. */
  writers: Map<string, boolean>;
  /** How many they are, by the save hook of each. */
  writerCount: number;
  [path: `writers.${string}`]: boolean;
}

/** A record that several processes write, each a part of its own, and that has something derived from all parts. */
export function contactModel(connection: Connection) {
  const schema = new Schema<Contact>({
    writers: { type: Map, of: Boolean, default: {} },
    writerCount: { type: Number, default: 0 },
  });
  schema.pre('save', function () {
    this.writerCount = this.writers.size;
  });
  return connection.model('Contact', schema);
}
