import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isRelease } from '../app-root.ts'
import { type Diagnosis, fail, ok, type Patient, warn } from './examination.ts'

const LOCK_FILES: Readonly<Record<string, string>> = { npm: 'package-lock.json', pnpm: 'pnpm-lock.yaml' }
const run = promisify(execFile)

/** Checks that the package manager of the lock file is installed, and so are the dependencies. */
export async function examinePackageManager({ root, io }: Patient): Promise<Diagnosis> {
  if (!existsSync(join(root, 'package.json'))) {
    return fail('there is no package.json', 'Run this in the folder of an application, or give --root.')
  }
  if (isRelease(root)) return ok('not used: a release contains its dependencies')
  const locks = Object.keys(LOCK_FILES).filter(name => existsSync(join(root, LOCK_FILES[name]!)))
  if (locks.length > 1) {
    return warn(
      `both ${LOCK_FILES.npm} and ${LOCK_FILES.pnpm} are there`,
      'Remove the one of the package manager that you do not use: they come to differ.',
    )
  }
  const name = locks[0] ?? 'npm'
  const version = await run(name, ['--version'], { env: io.env, cwd: root }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )
  if (version === undefined) {
    const install = name === 'pnpm' ? 'npm install --global pnpm' : 'it comes with Node.js: https://nodejs.org'
    return fail(`${LOCK_FILES[name]} is there, but ${name} is not installed`, `Install ${name}: ${install}.`)
  }
  if (!existsSync(join(root, 'node_modules'))) {
    return fail(`${name} ${version}, but the dependencies are not installed`, `Run: ${name} install`)
  }
  return ok(`${name} ${version}`)
}
