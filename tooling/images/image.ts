import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildah } from './store.ts'

/** How an image describes itself, in Docker's format. */
export interface ImageConfig {
  User: string
  Env: readonly string[]
  Entrypoint: readonly string[] | null
  Cmd: readonly string[] | null
  WorkingDir: string
  ExposedPorts: Readonly<Record<string, object>>
  Labels: Readonly<Record<string, string>> | null
  Healthcheck?: { Test: readonly string[] }
}

export interface BuildOptions {
  /** The folder that is the context of the build, with its Dockerfile and .dockerignore. */
  folder: string
  /** The npmrc of the user who builds. */
  npmrc: string
  /** Named contexts (`--build-context`), folders by name. */
  contexts?: Readonly<Record<string, string>>
  /** `--build-arg`. */
  args?: Readonly<Record<string, string>>
}

let count = 0

/** An image that was built, mounted as a folder. */
export class Image {
  readonly name: string
  readonly config: ImageConfig
  /** Its root folder. */
  readonly root: string
  readonly #container: string

  private constructor(name: string, config: ImageConfig, container: string, root: string) {
    this.name = name
    this.config = config
    this.#container = container
    this.root = root
  }

  /** Builds the Dockerfile of a folder as `docker build .` does, without asking a registry for its base. */
  static async build({ folder, npmrc, contexts = {}, args = {} }: BuildOptions): Promise<Image> {
    const name = `localhost/arlen-test-${process.pid}-${++count}`
    const named = Object.entries(contexts).flatMap(([key, at]) => ['--build-context', `${key}=${at}`])
    const set = Object.entries(args).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`])
    // Docker's own format: OCI's has no health check.
    const options = [
      '--isolation',
      'chroot',
      '--pull-never',
      '--format',
      'docker',
      '--volume',
      `${npmrc}:/root/.npmrc:ro`,
    ]
    await buildah('build', '--quiet', ...options, ...named, ...set, '--tag', name, folder)
    const { Docker } = JSON.parse(await buildah('inspect', '--type', 'image', name)) as {
      Docker: { config: ImageConfig }
    }
    const container = await buildah('from', '--pull-never', name)
    return new Image(name, Docker.config, container, await buildah('mount', container))
  }

  /** The paths below one of its folders that satisfy, without those below others that do. */
  find(folder: string, satisfies: (path: string) => boolean): string[] {
    return readdirSync(join(this.root, folder), { withFileTypes: true }).flatMap(entry => {
      const path = join(folder, entry.name)
      if (satisfies(path)) return [path]
      return entry.isDirectory() ? this.find(path, satisfies) : []
    })
  }

  has(path: string): boolean {
    return existsSync(join(this.root, path))
  }

  /** How many bytes a machine downloads for it: all layers, compressed with gzip as registries keep them. */
  async compressedBytes(): Promise<number> {
    const folder = mkdtempSync(join(tmpdir(), 'arlen-image-'))
    try {
      await buildah('push', '--quiet', '--format', 'oci', this.name, `oci:${folder}`)
      const blobs = join(folder, 'blobs/sha256')
      return readdirSync(blobs).reduce((sum, blob) => sum + statSync(join(blobs, blob)).size, 0)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  async remove(): Promise<void> {
    await buildah('rm', this.#container)
    await buildah('rmi', '--force', this.name)
  }
}
