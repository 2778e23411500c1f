import { expect, test } from 'vitest'
import { editorLink } from './editor.ts'

const place = { file: 'src/a file.ts', line: 3, column: 7 }

test.each([
  ['vscode', 'vscode://file/app/src/a%20file.ts:3:7'],
  ['webstorm', 'webstorm://open?file=/app/src/a%20file.ts&line=3&column=7'],
  ['my://{file}#{line}', 'my:///app/src/a%20file.ts#3'],
])('%s opens %s', (editor, link) => {
  expect(editorLink(editor, '/app', place)).toBe(link)
})

test('links need a known editor and an existing file', () => {
  expect(editorLink(undefined, '/app', place)).toBeUndefined()
  expect(editorLink('notepad', '/app', place)).toBeUndefined()
  expect(editorLink('vscode', '/app', { file: 'node:fs' })).toBeUndefined()
})
