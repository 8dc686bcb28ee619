/** The beginning of a text, at most so many UTF-16 units of it, and no half of a character. */
export function cutText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const last = text.codePointAt(maxLength - 1) ?? 0;
  return text.slice(0, last > 0xffff ? maxLength - 1 : maxLength);
}
