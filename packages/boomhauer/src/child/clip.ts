/** The beginning of a text that is too long. */
export function clip(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text
}
