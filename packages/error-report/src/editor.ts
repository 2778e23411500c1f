import { resolve } from 'node:path'
import type { SourceLocation } from '@arlen/core/stack'

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

/**
 * A link that opens a location in an editor; undefined if the editor is unknown or the location is not a file.
 *
 * @param editor - a name such as `vscode`, `cursor`, `zed` or `webstorm`, or a link with `{file}`, `{line}` and `{column}`
 */
export function editorLink(
  editor: string | undefined,
  root: string,
  location: Partial<SourceLocation> & { file: string },
): string | undefined {
  const pattern =
    editor === undefined ? undefined : (EDITORS[editor] ?? (editor.includes('{file}') ? editor : undefined))
  if (pattern === undefined || location.file.startsWith('node:') || location.file.startsWith('<')) return undefined
  const file = resolve(root, location.file).split('/').map(encodeURIComponent).join('/')
  return pattern
    .replace('{file}', file)
    .replace('{line}', String(location.line ?? 1))
    .replace('{column}', String(location.column ?? 1))
}
