import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** The modules that a run of the command loads, by the package they are from. */
function packagesOf(...argv: string[]): string[] {
  const bin = join(import.meta.dirname, '../src/bin.ts')
  const program = `
    import { registerHooks } from 'node:module'
    const urls = []
    registerHooks({ load(url, context, next) { urls.push(url); return next(url, context) } })
    process.argv = ['node', 'arlen', ...${JSON.stringify(argv)}]
    await import(${JSON.stringify(bin)})
    process.on('exit', () => console.log(JSON.stringify(urls)))`
  const out = execFileSync(process.execPath, ['--conditions=@arlen/source', '--input-type=module', '--eval', program], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const urls = JSON.parse(out.trim().split('\n').at(-1)!) as string[]
  const names = urls.map(url => /.*(?:node_modules|packages)\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1])
  return [...new Set(names.filter(name => name !== undefined))].sort()
}

test('arlen --version loads nothing but the command line itself', () => {
  expect(packagesOf('--version')).toEqual(['cac', 'cli', 'core'])
})

test('a command loads what it needs and nothing else', () => {
  expect(packagesOf('generate', 'secret')).toContain('session')
  expect(packagesOf('generate', 'secret')).not.toContain('pg')
})
