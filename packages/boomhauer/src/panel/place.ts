import { editorLink, type Html, html } from '@arlen/error-report/page'

/** Where the application's files are, and the editor that opens them. */
export interface Places {
  root: string
  editor: string | undefined
}

/** A place in the application's code, as a link into the editor if there is one. */
export function placeLink(
  { file, line, column }: { file: string; line: number; column?: number | undefined },
  { root, editor }: Places,
): Html {
  const text = [file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file, line, column]
    .filter(part => part !== undefined)
    .join(':')
  const link = editorLink(editor, root, { file, line, ...(column !== undefined && { column }) })
  return link ? html`<a class="place" href="${link}">${text}</a>` : html`<span class="place">${text}</span>`
}
