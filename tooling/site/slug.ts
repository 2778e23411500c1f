/** The anchor that GitHub generates for a heading. The site generates the same, so that one link serves both. */
export function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}
