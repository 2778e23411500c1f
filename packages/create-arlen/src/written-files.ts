import { existsSync } from 'node:fs'
import { access, lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Files written into a folder, so that everything can be undone: what existed before is restored. */
export class WrittenFiles {
  readonly #folder: string
  /** The outermost created folder of each path, and new files. */
  readonly #added: string[] = []
  readonly #replaced = new Map<string, Buffer>()

  constructor(folder: string) {
    this.#folder = folder
  }

  async write(path: string, text: string): Promise<void> {
    const file = join(this.#folder, path)
    await this.#makeFolder(dirname(file))
    if (existsSync(file)) this.#replaced.set(file, await readFile(file))
    else this.#added.push(file)
    await writeFile(file, text)
  }

  /**
   * One folder at a time: `mkdir` of Node.js with `recursive` never ends where a file system takes no folders, as /proc.
   *
   * @returns whether it was missing
   */
  async #makeFolder(path: string): Promise<boolean> {
    // The dot is in a folder only: a file in its place is refused.
    const refusal: NodeJS.ErrnoException | undefined = await access(`${path}/.`).catch(error => error)
    if (refusal === undefined) return false
    if (refusal.code !== 'ENOENT') throw refusal
    const isInNewFolder = await this.#makeFolder(dirname(path))
    await mkdir(path)
    if (!isInNewFolder) this.#added.push(path)
    return true
  }

  /** Also undoes what another program will write at this path: a file gets its content back, a folder that exists is left alone. */
  async expect(path: string): Promise<void> {
    const file = join(this.#folder, path)
    const found = await lstat(file).catch(() => undefined)
    if (found === undefined) this.#added.push(file)
    else if (found.isFile() && !this.#replaced.has(file)) this.#replaced.set(file, await readFile(file))
  }

  async undo(): Promise<void> {
    for (const path of this.#added.reverse()) await rm(path, { recursive: true, force: true, maxRetries: 5 })
    for (const [file, content] of this.#replaced) await writeFile(file, content)
  }
}
