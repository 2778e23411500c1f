// The servers as users run them: JavaScript, with the packages as they are published. Stripping types takes more memory than a
// server has, and so do the many modules of a workspace.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

interface Manifest {
  dependencies?: object
  optionalDependencies?: object
  peerDependencies?: object
  publishConfig: { exports: object }
}

/** Writes them to a folder and returns the program that is `host.ts` there. */
export function installServers(folder: string): string {
  rmSync(folder, { recursive: true, force: true })
  for (const name of globSync('{*,servers/*}.ts', { cwd: import.meta.dirname })) {
    const code = stripTypeScriptTypes(readFileSync(join(import.meta.dirname, name), 'utf8'))
    write(join(folder, name.replace(/ts$/, 'mjs')), code.replace(/(['`]\.{1,2}\/[^'`]*)\.ts(['`])/g, '$1.mjs$2'))
  }
  installChild(join(folder, 'node_modules/@arlen/perf'))
  const names = new Set(['arlen'])
  for (const name of names) for (const other of install(name, folder)) names.add(other)
  return join(folder, 'host.mjs')
}

/** The one module of the gate that the process of a server loads. */
function installChild(to: string): void {
  cpSync(join(ROOT, 'packages/perf/dist/process/answer-calls.js'), join(to, 'child.js'), { recursive: true })
  write(join(to, 'package.json'), JSON.stringify({ type: 'module', exports: { './child': './child.js' } }))
}

/** @returns the packages of this repository that it depends on */
function install(name: string, folder: string): string[] {
  const from = join(ROOT, 'packages', name.replace('@arlen/', ''))
  const to = join(folder, 'node_modules', name)
  const manifest = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as Manifest
  execFileSync(process.execPath, [join(ROOT, 'tooling/bundle.ts')], { cwd: from })
  cpSync(join(from, 'dist/bundle'), join(to, 'dist/bundle'), { recursive: true })
  write(join(to, 'package.json'), JSON.stringify({ ...manifest, exports: manifest.publishConfig.exports }))
  const dependencies = Object.keys({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.peerDependencies,
  })
  const isOwn = (one: string) => one === 'arlen' || one.startsWith('@arlen/')
  const isThere = (one: string) => existsSync(join(from, 'node_modules', one))
  for (const one of dependencies.filter(each => !isOwn(each) && isThere(each))) {
    const link = join(to, 'node_modules', one)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(from, 'node_modules', one), link)
  }
  return dependencies.filter(isOwn)
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
