import { resolve } from 'node:path'

/** Link schemes of editors. `{file}` is absolute. */
const EDITORS: Readonly<Record<string, string>> = {
  vscode: 'vscode://file{file}:{line}:{column}',
  'vscode-insiders': 'vscode-insiders://file{file}:{line}:{column}',
  codium: 'vscodium://file{file}:{line}:{column}',
  cursor: 'cursor://file{file}:{line}:{column}',
  windsurf: 'windsurf://file{file}:{line}:{column}',
  zed: 'zed://file{file}:{line}:{column}',
  webstorm: 'webstorm://open?file={file}&line={line}&column={column}',
  idea: 'idea://open?file={file}&line={line}&column={column}',
  sublime: 'subl://open?url=file://{file}&line={line}&column={column}',
  emacs: 'emacs://open?url=file://{file}&line={line}&column={column}',
  textmate: 'txmt://open?url=file://{file}&line={line}&column={column}',
}

export interface Place {
  file: string
  line?: number | undefined
  column?: number | undefined
}

/**
 * The link that opens a place in the developer's editor, or undefined when it has none.
 *
 * @param editor - a name such as `vscode`, `cursor`, `zed`, `webstorm`, or a link with `{file}`, `{line}` and `{column}`.
 */
export function editorLink(editor: string | undefined, root: string, place: Place): string | undefined {
  const pattern =
    editor === undefined ? undefined : (EDITORS[editor] ?? (editor.includes('{file}') ? editor : undefined))
  if (pattern === undefined || place.file.startsWith('node:') || place.file.startsWith('<')) return undefined
  const file = resolve(root, place.file).split('/').map(encodeURIComponent).join('/')
  return pattern
    .replace('{file}', file)
    .replace('{line}', String(place.line ?? 1))
    .replace('{column}', String(place.column ?? 1))
}
