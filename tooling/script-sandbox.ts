import { execFile } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

export interface ScriptRun {
  code: number
  stdout: string
  stderr: string
}

const posixTools =
  'cat chmod cp dirname echo env find grep head id kill ls make mkdir mktemp mv rm sed sh sleep tail tee touch tr true'

/**
 * A copy of some of the repository's shell scripts, in a folder whose path contains spaces, and a PATH with the POSIX
 * utilities, make, and the programs that a test fakes.
 */
export class ScriptSandbox implements Disposable {
  readonly base: string = mkdtempSync(join(tmpdir(), 'arlen scripts '))
  root: string = join(this.base, 'a clone with spaces')
  readonly bin: string = join(this.base, 'bin')
  readonly env: Record<string, string> = { PATH: this.bin, HOME: this.base, TMPDIR: this.base }

  constructor(scripts: readonly string[]) {
    mkdirSync(join(this.root, 'tooling'), { recursive: true })
    mkdirSync(this.bin)
    for (const script of scripts) {
      copyFileSync(join(import.meta.dirname, script), join(this.root, 'tooling', script))
    }
    const folders = (process.env.PATH ?? '').split(delimiter)
    for (const tool of posixTools.split(' ')) {
      const found = folders.map(folder => join(folder, tool)).find(path => existsSync(path))
      symlinkSync(found ?? `/bin/${tool}`, join(this.bin, tool))
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.base, { recursive: true, force: true })
  }

  /** Adds a program with this name, a shell script, to PATH. */
  program(name: string, body: string): void {
    rmSync(join(this.bin, name), { force: true })
    writeFileSync(join(this.bin, name), `#!/bin/sh\n${body}\n`)
    chmodSync(join(this.bin, name), 0o755)
  }

  without(name: string): void {
    rmSync(join(this.bin, name), { force: true })
  }

  /** Writes a file below the root, and creates its folders. */
  file(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true })
    writeFileSync(join(this.root, path), text, { mode })
  }

  has(path: string): boolean {
    return existsSync(join(this.root, path))
  }

  sh(command: string, user: { uid?: number; gid?: number } = {}): Promise<ScriptRun> {
    return new Promise(resolve => {
      const options = { cwd: this.root, env: this.env, ...user }
      execFile(join(this.bin, 'sh'), ['-c', command], options, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr })
      })
    })
  }
}

/** For changes of the file system by another process, which are not announced. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 5))
}
