// C0, DEL and C1: what moves the cursor, clears the screen, or retitles the window.
// eslint-disable-next-line no-control-regex -- they are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu;

/** A text that others may have written, without what would command a terminal; line ends become spaces. */
export function printable(text: string): string {
  return text.replaceAll(/\r?\n|\t/gu, ' ').replaceAll(controls, '\u{fffd}');
}

/** The same of a text of several lines, which stay. */
export function printableLines(text: string): string {
  return text.split(/\r?\n/u).map(printable).join('\n');
}
