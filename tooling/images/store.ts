import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Where images are kept between runs: an image that others build on is made once. `make clean` removes it. */
const FOLDER = join(import.meta.dirname, '../../.toolchain/images')

const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`, DEBIAN_FRONTEND: 'noninteractive' }

/** Why images cannot be built and run here, in a few words; undefined where they can. */
export async function findObstacle(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'needs Linux'
  if (process.getuid?.() !== 0) return 'needs root'
  for (const program of ['buildah', 'debootstrap', 'nsenter', 'ip']) {
    if (spawnSync(program, ['--version'], { env }).error) return `needs ${program}`
  }
  const namespaces = ['--pid', '--fork', '--kill-child', '--mount', '--net', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']
  if (spawnSync('unshare', namespaces, { env }).status !== 0) return 'needs namespaces and mounts of its own'
  try {
    const container = await buildah('from', 'scratch')
    await buildah('mount', container)
    await buildah('rm', container)
    return undefined
  } catch (error) {
    return `buildah does not work here: ${(error as Error).message.split('\n')[1]}`
  }
}

/** Runs a program of this machine to its end. Resolves with its output; rejects with what it wrote. */
export async function must(program: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run(program, args, { env, maxBuffer: 64 * 1024 * 1024 })
    return stdout.trim()
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${program} ${args.join(' ')} failed:\n${stderr}${stdout}`, { cause: error })
  }
}

/** Runs buildah, which builds images without a daemon, on a storage of ours. */
export function buildah(...args: readonly string[]): Promise<string> {
  mkdirSync(FOLDER, { recursive: true })
  return must('buildah', ['--root', join(FOLDER, 'store'), '--runroot', join(FOLDER, 'run'), ...args])
}

/** Whether there is an image of this name. */
export async function hasImage(name: string): Promise<boolean> {
  return (await buildah('images', '--quiet', '--filter', `reference=${name}`)) !== ''
}
