import { expect, test } from 'vitest'
import { findSetting, findVariable } from './find-setting.ts'

/** Takes the mark out of a text: it stands where the setting is to be found. */
function marked(text: string): [source: string, place: { line: number; column: number }] {
  const lines = text.slice(0, text.indexOf('¦')).split('\n')
  return [text.replace('¦', ''), { line: lines.length, column: lines.at(-1)!.length + 1 }]
}

test.each([
  ['export default { ¦apiOnly: true }', ['apiOnly']],
  ['export default { http: { ¦prot: 1 } }', ['http', 'prot']],
  ['export default {\n  // http: { port: 1 },\n  http: {\n    host: "x",\n    ¦port: 1,\n  },\n}', ['http', 'port']],
  ['export default { port: 2, http: { ¦"port": 1 } }', ['http', 'port']],
  ['const port = 1\nexport default defineConfig({ http: { ¦port } })', ['http', 'port']],
  ['export default { log: { level: "info" }, db: { ¦url: `x` + 1 } } satisfies Config', ['db', 'url']],
  ['export default { ¦http: 3 }', ['http', 'port']],
  [
    'const a = { http: 1 ? { b: 2 } : 3 }\nexport default { session: { cookie: { ¦nmae: "x" } } }',
    ['session', 'cookie', 'nmae'],
  ],
])('in %j, %j', (text, path) => {
  const [source, place] = marked(text)
  expect(findSetting(source, path)).toEqual(place)
})

test.each([
  ['export default {}', ['http', 'port']],
  ['const http = { port: 1 }.port', ['db']],
  ['', ['a']],
])('nothing in %j for %j', (source, path) => {
  expect(findSetting(source, path)).toBeUndefined()
})

test('begins at the given position', () => {
  const [source, place] = marked('const other = { http: { port: 1 } }\ncreateApp({ config: { http: { ¦port: 2 } } })')
  expect(findSetting(source, ['config', 'http', 'port'], source.indexOf('createApp'))).toEqual(place)
})

test('finds variables in .env files', () => {
  const [source, place] = marked('# PORT=1\nexport HOST=x\n  ¦PORT = 3\n')
  expect(findVariable(source, 'PORT')).toEqual(place)
  expect(findVariable(source, 'POR')).toBeUndefined()
})
