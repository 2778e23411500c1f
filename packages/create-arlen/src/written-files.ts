import { existsSync } from 'node:fs'
import { lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Files written into a folder, so that all of it can be undone: what was there before is there again. */
export class WrittenFiles {
  readonly #folder: string
  /** The outermost folder of each path that had to be made, and files that were not there. */
  readonly #added: string[] = []
  readonly #replaced = new Map<string, Buffer>()

  constructor(folder: string) {
    this.#folder = folder
  }

  async write(path: string, text: string): Promise<void> {
    const file = join(this.#folder, path)
    const added = await mkdir(dirname(file), { recursive: true })
    if (added !== undefined) this.#added.push(added)
    if (existsSync(file)) this.#replaced.set(file, await readFile(file))
    else this.#added.push(file)
    await writeFile(file, text)
  }

  /** Undoes also what somebody else will write at this path, unless it is there already. */
  async expect(path: string): Promise<void> {
    const file = join(this.#folder, path)
    const exists = await lstat(file).then(
      () => true,
      () => false,
    )
    if (!exists) this.#added.push(file)
  }

  async undo(): Promise<void> {
    for (const path of this.#added.reverse()) await rm(path, { recursive: true, force: true, maxRetries: 5 })
    for (const [file, content] of this.#replaced) await writeFile(file, content)
  }
}
