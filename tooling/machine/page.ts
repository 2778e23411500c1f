import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const DOCS = join(import.meta.dirname, '../../docs/deploy')

/** A page of the guide, whose commands are run as they stand there. */
export class Page {
  readonly #text: string

  constructor(name: string) {
    this.#text = readFileSync(join(DOCS, name), 'utf8')
  }

  section(heading: string): string {
    const section = this.#text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0]
    if (section === undefined) throw new Error(`there is no section ${heading}`)
    return section
  }

  /** The fenced blocks of a section, in their order; of one language, or of all. */
  blocks(heading: string, language?: string): string[] {
    return [...this.section(heading).matchAll(/^```(\w*)\n(.*?)^```$/gms)]
      .filter(([, word]) => language === undefined || word === language)
      .map(([, , text]) => text!)
  }

  /** The only block of a section that matches. */
  block(heading: string, pattern: RegExp): string {
    const found = this.blocks(heading).filter(text => pattern.test(text))
    if (found.length !== 1) throw new Error(`${heading} has ${found.length} blocks with ${pattern.source}`)
    return found[0]!
  }

  /** The lines of a section's blocks that match: the commands that one would type. */
  lines(heading: string, pattern: RegExp): string[] {
    return this.blocks(heading)
      .flatMap(text => text.split('\n'))
      .filter(line => pattern.test(line))
      .map(line => line.replace(/\s+#\s.*$/, ''))
  }
}
