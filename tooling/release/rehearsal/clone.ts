import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { SIGNERS } from '../gate.ts'
import { git } from '../git.ts'
import { readIdentity, unfilled } from '../identity.ts'

/** A clone in which a release can be tried: nothing in it reaches the original repository. */
export interface Clone {
  folder: string
  /** Runs a command in it. @throws with the command's output */
  run(command: string, ...args: readonly string[]): Promise<string>
  git(...args: readonly string[]): Promise<string>
}

export async function cloneRepository(
  root: string,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<Clone> {
  // With its history: changesets looks for the commits that added them.
  await git(root, 'clone', '--quiet', '--shared', root, folder)
  await git(folder, 'checkout', '--quiet', '-B', 'main')
  await git(folder, 'remote', 'remove', 'origin')
  const clone: Clone = {
    folder,
    run: (command, ...args) => run(folder, env, command, args),
    git: (...args) => git(folder, ...args),
  }
  // Third-party packages are already in pnpm's store: this folder was installed from the same lockfile.
  await run(folder, {}, 'pnpm', ['install', '--frozen-lockfile', '--prefer-offline', '--reporter', 'silent'])
  await fillIn(clone)
  return clone
}

/** Fields that only the project's owner can fill in get examples if they are empty, and a key to sign with. */
async function fillIn(clone: Clone): Promise<void> {
  const key = join(clone.folder, '.git/rehearsal-key')
  await clone.run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'rehearsal', '-f', key)
  const settings = {
    'gpg.format': 'ssh',
    'user.signingkey': key,
    'user.name': 'Rehearsal',
    'user.email': 'r@example.com',
  }
  for (const [name, value] of Object.entries(settings)) await clone.git('config', name, value)
  mkdirSync(join(clone.folder, '.github'), { recursive: true })
  writeFileSync(join(clone.folder, SIGNERS), `r@example.com ${readFileSync(`${key}.pub`, 'utf8')}`)
  if (unfilled(readIdentity(clone.folder)).length === 0) return
  const path = join(clone.folder, 'package.json')
  const address = 'https://example.com/arlen'
  const manifest = JSON.parse(readFileSync(path, 'utf8'))
  Object.assign(manifest, {
    repository: { type: 'git', url: `git+${address}.git` },
    homepage: address,
    bugs: { url: `${address}/issues` },
  })
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`)
}

async function run(
  cwd: string,
  env: Readonly<Record<string, string>>,
  command: string,
  args: readonly string[],
): Promise<string> {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 }
  const result = await promisify(execFile)(command, args, options).catch(error => {
    throw new Error(`${command} ${args.join(' ')} failed in ${cwd}\n${error.stdout}${error.stderr}`, { cause: error })
  })
  return result.stdout + result.stderr
}
