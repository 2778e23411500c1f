import { expect, test } from 'vitest'
import { typesByName } from './content-type.ts'

const typeOf = typesByName()

test.each([
  ['index.html', 'text/html; charset=utf-8'],
  ['APP.JS', 'text/javascript; charset=utf-8'],
  ['a.mjs', 'text/javascript; charset=utf-8'],
  ['a.json', 'application/json; charset=utf-8'],
  ['a.svg', 'image/svg+xml; charset=utf-8'],
  ['feed.atom', 'application/atom+xml; charset=utf-8'],
  ['site.webmanifest', 'application/manifest+json; charset=utf-8'],
  ['a.css.map', 'application/json; charset=utf-8'],
  ['a.md', 'text/markdown; charset=utf-8'],
  ['a.wasm', 'application/wasm'],
  ['a.woff2', 'font/woff2'],
  ['a.avif', 'image/avif'],
  ['a.mp4', 'video/mp4'],
  ['a.apk', 'application/vnd.android.package-archive'],
  ['a.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['a.m4a', 'audio/mp4'],
  ['a.glb', 'model/gltf-binary'],
  ['a.7z', 'application/x-7z-compressed'],
  ['a.ico', 'image/vnd.microsoft.icon'],
  ['a.unknown', 'application/octet-stream'],
  ['html', 'application/octet-stream'],
  ['folder.html/js', 'application/octet-stream'],
  ['.htaccess', 'application/octet-stream'],
  ['a.', 'application/octet-stream'],
])('%s is %s', (path, type) => expect(typeOf(path)).toBe(type))

test('own types are added, and come first', () => {
  const own = typesByName({ log: 'text/plain', '.GLB': 'model/own', ts: 'text/plain; charset=us-ascii' })
  expect(['a.log', 'a.LOG', 'a.glb', 'a.ts', 'a.css'].map(own)).toEqual([
    'text/plain; charset=utf-8',
    'text/plain; charset=utf-8',
    'model/own',
    'text/plain; charset=us-ascii',
    'text/css; charset=utf-8',
  ])
})

test.each(['', 'text', 'text/', 'text/plain\r\nX: y', 'a b/c'])('%j is refused', type => {
  expect(() => typesByName({ x: type })).toThrow(expect.objectContaining({ code: 'option_invalid' }))
})
