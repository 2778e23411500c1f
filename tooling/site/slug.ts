/** The anchor that GitHub gives to a heading. The site gives the same, so that one link serves both. */
export function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}
