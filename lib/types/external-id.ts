/** The id of something in the other system: a text of 1 to 500 characters, or a number. 42 and '42' are the same id. */
export type ExternalId = string | number;
